import { LetheError } from '../errors.ts'
import { filesTable, tree } from '../files/wiring.ts'
import { protectedEndpoint } from '../http/endpoint.ts'
import { checkCaller, db } from '../sessions/wiring.ts'
import { revokeLink } from './link-contract.ts'
import { linkStore } from './link-store.ts'

const links = linkStore(db, filesTable)

export const handler = protectedEndpoint(revokeLink, checkCaller).run(async ({ path, caller, now }) => {
  await tree.listed('file', path.id, caller.userId, 'own')
  if (!(await links.revoke(path.id, path.linkId, now))) throw new LetheError('link_not_found')
  return { status: 204 }
})
