import { LetheError } from '../errors.ts'
import { tree } from '../files/wiring.ts'
import { askedPage, following } from '../http/page.ts'
import { protectedEndpoint } from '../sessions/protected-endpoint.ts'
import { listUses } from './contract.ts'
import { useView } from './views.ts'
import { links } from './wiring.ts'

const needs = () => ({ links: links(), tree: tree() })

export const handler = protectedEndpoint(listUses, needs)
  .reading(({ path }, { links, tree }) => [...tree.keysOf(path.id), links.keyOf(path.id, path.linkId)])
  .run(async ({ path, query, caller, ahead }, { links, tree }) => {
    const list = { caller: caller.userId, name: `uses of ${path.linkId}` }
    const { limit, after } = askedPage(query, list)
    await tree.listed('file', path.id, caller.userId, 'own', ahead)
    if (!(await links.isOf(path.id, path.linkId, ahead))) throw new LetheError('link_not_found')
    const page = await links.uses(path.linkId, after, limit)
    return { status: 200, body: { uses: page.uses.map(useView), ...following(page.last, list) } }
  })
