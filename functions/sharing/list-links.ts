import { tree } from '../files/wiring.ts'
import { askedPage, following } from '../http/page.ts'
import { protectedEndpoint } from '../sessions/protected-endpoint.ts'
import { listLinks } from './contract.ts'
import { linkView } from './views.ts'
import { links } from './wiring.ts'

const needs = () => ({ links: links(), tree: tree() })

export const handler = protectedEndpoint(listLinks, needs)
  .reading(({ path }, { tree }) => tree.keysOf(path.id))
  .run(async ({ path, query, caller, ahead }, { links, tree }) => {
    const list = { caller: caller.userId, name: `links to ${path.id}` }
    const { limit, after } = askedPage(query, list)
    await tree.listed('file', path.id, caller.userId, 'own', ahead)
    const page = await links.page(path.id, after, limit)
    return { status: 200, body: { links: page.links.map(linkView), ...following(page.last, list) } }
  })
