import { askedPage, following } from '../http/page.ts'
import { listSessions } from './contract.ts'
import { protectedEndpoint } from './protected-endpoint.ts'
import { gateAdmits, type Session } from './session.ts'
import { sessionView } from './views.ts'
import { sessions } from './wiring.ts'

/** A user with very many dead sessions gets a short page and a cursor rather than a long wait. */
const MOST_READS = 5
const ITEMS_A_READ = 200

const needs = () => ({ sessions: sessions() })

export const handler = protectedEndpoint(listSessions, needs).run(
  async ({ query, caller, checked, now }, { sessions }) => {
    const list = { caller: caller.userId, name: 'sessions' }
    const found: Session[] = []
    const { limit, after: first } = askedPage(query, list)
    let after = first
    let more = true
    for (let reads = 0; more && found.length < limit && reads < MOST_READS; reads++) {
      const page = await sessions.page(caller.userId, after, ITEMS_A_READ, now)
      const { gate } = await checked
      found.push(...page.sessions.filter((session) => gateAdmits(gate, session)))
      after = page.last
      more = after !== undefined
    }
    const shown = found.slice(0, limit)
    const last = found.length > limit ? shown.at(-1)?.sid : after
    return {
      status: 200,
      body: {
        sessions: shown.map((session) => sessionView(session, caller.sid)),
        ...following(last, list),
      },
    }
  },
)
