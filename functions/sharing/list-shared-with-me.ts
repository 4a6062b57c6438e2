import { askedPage, following } from '../http/page.ts'
import { protectedEndpoint } from '../sessions/protected-endpoint.ts'
import { listSharedWithMe } from './contract.ts'
import { sharedItemView } from './views.ts'
import { acceptances } from './wiring.ts'

const needs = () => ({ acceptances: acceptances() })

export const handler = protectedEndpoint(listSharedWithMe, needs).run(
  async ({ query, caller, checked }, { acceptances }) => {
    const isOffered = query.state === 'offered'
    const list = { caller: caller.userId, name: isOffered ? 'offered to me' : 'shared with me' }
    const { limit, after } = askedPage(query, list)
    const grantee = isOffered ? (await checked).gate.address : caller.userId
    const page = await acceptances.pageFor(grantee, after, limit)
    return { status: 200, body: { items: page.shared.map(sharedItemView), ...following(page.last, list) } }
  },
)
