import { LetheError } from '../errors.ts'
import { endSessions } from './contract.ts'
import { protectedEndpoint } from './protected-endpoint.ts'
import { isAlive } from './session.ts'
import { sessions } from './wiring.ts'

const RACES = 3

const needs = () => ({ sessions: sessions() })

export const handler = protectedEndpoint(endSessions, needs).run(
  async ({ query, caller, checked, now }, { sessions }) => {
    if (query.except === undefined) {
      await sessions.endAll(caller.userId)
      return { status: 204 }
    }
    let { gate } = await checked
    for (let race = 0; race < RACES; race++) {
      if (await sessions.endOthers(caller, gate.epoch, now)) return { status: 204 }
      const again = await sessions.read(caller)
      if (!again.gate || !isAlive(again.session, again.gate, now)) throw new LetheError('session_ended')
      gate = again.gate
    }
    throw new LetheError('store_unavailable')
  },
)
