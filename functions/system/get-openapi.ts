import { routes } from '../../lib/routes.ts'
import { deleteMe, getMe, getUsage, updateMe } from '../accounts/contract.ts'
import { signUp, verifyUser } from '../accounts/sign-up-contract.ts'
import {
  copyFile,
  getContent,
  getFile,
  listVersions,
  removeVersion,
  restoreVersion,
  trashFile,
  updateFile,
} from '../files/contract.ts'
import { createFolder, getFolder, listChildren, trashFolder, updateFolder } from '../files/folder-contract.ts'
import { getMetadata, putMetadata } from '../files/metadata-contract.ts'
import type { Contract } from '../http/contract.ts'
import { endpoint } from '../http/endpoint.ts'
import { openapiDocument } from '../http/openapi.ts'
import {
  endCurrentSession,
  endSession,
  endSessions,
  listSessions,
  refreshSession,
  signIn,
} from '../sessions/contract.ts'
import { acceptShare, createShare, leaveShare, listSharedWithMe, listShares, removeShare } from '../sharing/contract.ts'
import { createLink, listLinks, listUses, openLink, revokeLink } from '../sharing/link-contract.ts'
import { listTrash, removeItem, restoreItem } from '../trash/contract.ts'
import { completeUpload, createUpload, endUpload, getUpload, listUploads, signParts } from '../uploads/contract.ts'
import { getHealth, getOpenapi } from './contract.ts'

/** A route without its contract does not compile. */
const contracts: Record<(typeof routes)[number]['entry'], Contract> = {
  'accounts/sign-up': signUp,
  'accounts/verify-user': verifyUser,
  'accounts/sign-in': signIn,
  'sessions/refresh-session': refreshSession,
  'sessions/list-sessions': listSessions,
  'sessions/end-sessions': endSessions,
  'sessions/end-current-session': endCurrentSession,
  'sessions/end-session': endSession,
  'accounts/get-me': getMe,
  'accounts/update-me': updateMe,
  'accounts/delete-me': deleteMe,
  'uploads/create-upload': createUpload,
  'uploads/list-uploads': listUploads,
  'uploads/get-upload': getUpload,
  'uploads/sign-parts': signParts,
  'uploads/complete-upload': completeUpload,
  'uploads/end-upload': endUpload,
  'files/get-file': getFile,
  'files/get-content': getContent,
  'files/update-file': updateFile,
  'trash/trash-file': trashFile,
  'files/copy-file': copyFile,
  'files/list-versions': listVersions,
  'files/restore-version': restoreVersion,
  'files/remove-version': removeVersion,
  'files/create-folder': createFolder,
  'files/get-folder': getFolder,
  'files/list-children': listChildren,
  'files/update-folder': updateFolder,
  'trash/trash-folder': trashFolder,
  'trash/list-trash': listTrash,
  'trash/restore-item': restoreItem,
  'trash/remove-item': removeItem,
  'files/get-metadata': getMetadata,
  'files/put-metadata': putMetadata,
  'sharing/create-share': createShare,
  'sharing/list-shares': listShares,
  'sharing/remove-share': removeShare,
  'sharing/list-shared-with-me': listSharedWithMe,
  'sharing/accept-share': acceptShare,
  'sharing/leave-share': leaveShare,
  'sharing/create-link': createLink,
  'sharing/list-links': listLinks,
  'sharing/list-uses': listUses,
  'sharing/revoke-link': revokeLink,
  'sharing/open-link': openLink,
  'accounts/get-usage': getUsage,
  'system/get-openapi': getOpenapi,
  'system/get-health': getHealth,
}

const document = openapiDocument(routes.map((route) => ({ ...route, contract: contracts[route.entry] })))

export const handler = endpoint(getOpenapi).run(async () => ({ status: 200, body: document }))
