import type { Ahead } from '../data/ahead.ts'
import type { InTable } from '../data/batch.ts'
import { LetheError } from '../errors.ts'
import type { Answer, Contract, Input } from '../http/contract.ts'
import { type Handler, nothing, served } from '../http/endpoint.ts'
import { readRequest } from '../http/request.ts'
import { together } from '../http/together.ts'
import { once } from '../once.ts'
import type { CallerCheck, Checked } from './caller.ts'
import { checkCaller } from './wiring.ts'

type Asked<C extends Contract> = Input<C> & { caller: { userId: string; sid: string } }

export type Protected<C extends Contract> = Asked<C> & {
  /** Session and gate as just read. For every method but GET, the endpoint awaits this before it runs the handler. */
  checked: Promise<Checked>
  /** What `reading` named, read in the same call as session and gate. */
  ahead: Ahead | undefined
}

/** The session check runs in parallel with routes that only read, and before the work of routes that write. */
export function protectedEndpoint<C extends Contract, N = undefined>(
  contract: C,
  needs: () => N = nothing,
  check: () => CallerCheck<InTable, Ahead> = checkCaller,
) {
  type Keys = (input: Asked<C>, has: N) => readonly InTable[]
  type Work = (input: Protected<C>, has: N) => Promise<Answer<C>>

  const serving = (keys: Keys, run: Work): Handler =>
    served(
      () => ({ check: check(), has: needs() }),
      async ({ check, has }, event, now) => {
        // Read only when the token is verified, because before that the handler must not look at the request.
        const request = once(() => readRequest(contract, event, now))
        const { caller, checked, ahead } = await check(event, now, (caller) =>
          unlessRefused(() => keys({ ...request(), caller }, has)),
        )
        if (event.requestContext.http.method !== 'GET') await checked
        const work = ahead.then((ahead) => run({ ...request(), caller, checked, ahead }, has))
        const [, answer] = await together(checked, work)
        return answer
      },
    )

  return {
    run: (run: Work): Handler => serving(() => [], run),
    /** Names what the work reads first and what the request alone leads to: one call reads it with the session. */
    reading: (keys: Keys) => ({ run: (run: Work): Handler => serving(keys, run) }),
  }
}

/** A request that is refused leads to nothing. Its refusal is told later, and only to a living session. */
function unlessRefused(keys: () => readonly InTable[]): readonly InTable[] {
  try {
    return keys()
  } catch (error) {
    if (error instanceof LetheError) return []
    throw error
  }
}
