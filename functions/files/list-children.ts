import { askedPage, following } from '../http/page.ts'
import { together } from '../http/together.ts'
import { protectedEndpoint } from '../sessions/protected-endpoint.ts'
import { ROOT } from './access.ts'
import { listChildren } from './contract.ts'
import { checkPrefix } from './name.ts'
import { itemView } from './views.ts'
import { tree } from './wiring.ts'

const needs = () => ({ tree: tree() })

export const handler = protectedEndpoint(listChildren, needs)
  .reading(({ path }, { tree }) => tree.keysOf(path.id))
  .run(async ({ path, query, caller, ahead }, { tree }) => {
    const { prefix = '' } = query
    checkPrefix(prefix)
    const list = { caller: caller.userId, name: `children of ${path.id} with ${prefix}` }
    const { limit, after } = askedPage(query, list)
    const folder = path.id === ROOT ? caller.userId : path.id
    const [, { children, last }] = await together(
      tree.folder(path.id, caller.userId, 'read', ahead),
      tree.children(folder, { prefix, limit, after }),
    )
    const items = children.map((child) => itemView(child, path.id))
    return { status: 200, body: { items, ...following(last, list) } }
  })
