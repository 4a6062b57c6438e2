import { routes } from '../../../lib/routes.ts'
import type { Contract } from '../../http/contract.ts'
import { endpoint } from '../../http/endpoint.ts'
import { openapiDocument } from '../../http/openapi.ts'
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
import { createFolder, getFolder, listChildren, trashFolder, updateFolder } from '../folders/contract.ts'
import { getMetadata, putMetadata } from '../items/contract.ts'
import { createLink, listLinks, listUses, openLink, revokeLink } from '../links/contract.ts'
import { deleteMe, getMe, getUsage, updateMe } from '../me/contract.ts'
import {
  endCurrentSession,
  endSession,
  endSessions,
  listSessions,
  refreshSession,
  signIn,
} from '../sessions/contract.ts'
import { acceptShare, createShare, leaveShare, listSharedWithMe, listShares, removeShare } from '../shares/contract.ts'
import { listTrash, removeItem, restoreItem } from '../trash/contract.ts'
import { completeUpload, createUpload, endUpload, getUpload, listUploads, signParts } from '../uploads/contract.ts'
import { signUp, verifyUser } from '../users/contract.ts'
import { getHealth, getOpenapi } from './contract.ts'

/** A route without its contract does not compile. */
const contracts: Record<(typeof routes)[number]['entry'], Contract> = {
  'routes/users/sign-up': signUp,
  'routes/users/verify-user': verifyUser,
  'routes/sessions/sign-in': signIn,
  'routes/sessions/refresh-session': refreshSession,
  'routes/sessions/list-sessions': listSessions,
  'routes/sessions/end-sessions': endSessions,
  'routes/sessions/end-current-session': endCurrentSession,
  'routes/sessions/end-session': endSession,
  'routes/me/get-me': getMe,
  'routes/me/update-me': updateMe,
  'routes/me/delete-me': deleteMe,
  'routes/uploads/create-upload': createUpload,
  'routes/uploads/list-uploads': listUploads,
  'routes/uploads/get-upload': getUpload,
  'routes/uploads/sign-parts': signParts,
  'routes/uploads/complete-upload': completeUpload,
  'routes/uploads/end-upload': endUpload,
  'routes/files/get-file': getFile,
  'routes/files/get-content': getContent,
  'routes/files/update-file': updateFile,
  'routes/files/trash-file': trashFile,
  'routes/files/copy-file': copyFile,
  'routes/files/list-versions': listVersions,
  'routes/files/restore-version': restoreVersion,
  'routes/files/remove-version': removeVersion,
  'routes/folders/create-folder': createFolder,
  'routes/folders/get-folder': getFolder,
  'routes/folders/list-children': listChildren,
  'routes/folders/update-folder': updateFolder,
  'routes/folders/trash-folder': trashFolder,
  'routes/trash/list-trash': listTrash,
  'routes/trash/restore-item': restoreItem,
  'routes/trash/remove-item': removeItem,
  'routes/items/get-metadata': getMetadata,
  'routes/items/put-metadata': putMetadata,
  'routes/shares/create-share': createShare,
  'routes/shares/list-shares': listShares,
  'routes/shares/remove-share': removeShare,
  'routes/shares/list-shared-with-me': listSharedWithMe,
  'routes/shares/accept-share': acceptShare,
  'routes/shares/leave-share': leaveShare,
  'routes/links/create-link': createLink,
  'routes/links/list-links': listLinks,
  'routes/links/list-uses': listUses,
  'routes/links/revoke-link': revokeLink,
  'routes/links/open-link': openLink,
  'routes/me/get-usage': getUsage,
  'routes/system/get-openapi': getOpenapi,
  'routes/system/get-health': getHealth,
}

const document = openapiDocument(routes.map((route) => ({ ...route, contract: contracts[route.entry] })))

export const handler = endpoint(getOpenapi).run(async () => ({ status: 200, body: document }))
