import { LetheError } from '../errors.ts'
import { tree } from '../files/wiring.ts'
import { protectedEndpoint } from '../sessions/protected-endpoint.ts'
import { revokeLink } from './contract.ts'
import { links } from './wiring.ts'

const needs = () => ({ links: links(), tree: tree() })

export const handler = protectedEndpoint(revokeLink, needs)
  .reading(({ path }, { tree }) => tree.keysOf(path.id))
  .run(async ({ path, caller, ahead, now }, { links, tree }) => {
    await tree.listed('file', path.id, caller.userId, 'own', ahead)
    if (!(await links.revoke(path.id, path.linkId, now))) throw new LetheError('link_not_found')
    return { status: 204 }
  })
