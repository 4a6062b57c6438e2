import { LetheError } from '../../domain/errors.ts'
import { protectedEndpoint } from '../../http/endpoint.ts'
import { linkStore } from '../../store/links.ts'
import { checkCaller, db } from '../callers.ts'
import { filesTable, tree } from '../file-tree.ts'
import { revokeLink } from './contract.ts'

const links = linkStore(db, filesTable)

export const handler = protectedEndpoint(revokeLink, checkCaller).run(async ({ path, caller, now }) => {
  await tree.listed('file', path.id, caller.userId, 'own')
  if (!(await links.revoke(path.id, path.linkId, now))) throw new LetheError('link_not_found')
  return { status: 204 }
})
