import { askedPage, following } from '../http/page.ts'
import { protectedEndpoint } from '../sessions/protected-endpoint.ts'
import { listTrash } from './contract.ts'
import { trashedView } from './views.ts'
import { trash } from './wiring.ts'

const needs = () => ({ trash: trash() })

export const handler = protectedEndpoint(listTrash, needs).run(async ({ query, caller, now }, { trash }) => {
  const list = { caller: caller.userId, name: 'trash' }
  const { limit, after } = askedPage(query, list)
  const { trashed, last } = await trash.page(caller.userId, after, limit, now)
  const shown = trashed.map((each) => trashedView(each, caller.userId))
  return { status: 200, body: { trashed: shown, ...following(last, list) } }
})
