import type { Answer, Contract, Input } from '../http/contract.ts'
import { type Handler, nothing, served } from '../http/endpoint.ts'
import { readRequest } from '../http/request.ts'
import { together } from '../http/together.ts'
import type { CallerCheck, Checked } from './caller.ts'
import { checkCaller } from './wiring.ts'

export type Protected<C extends Contract> = Input<C> & {
  caller: { userId: string; sid: string }
  /** Session and gate as just read. For every method but GET, the endpoint awaits this before it runs the handler. */
  checked: Promise<Checked>
}

/** The session check runs in parallel with routes that only read, and before the work of routes that write. */
export function protectedEndpoint<C extends Contract, N = undefined>(
  contract: C,
  needs: () => N = nothing,
  check: () => CallerCheck = checkCaller,
) {
  return {
    run: (run: (input: Protected<C>, has: N) => Promise<Answer<C>>): Handler =>
      served(
        () => ({ check: check(), has: needs() }),
        async ({ check, has }, event, now) => {
          const { caller, checked } = await check(event, now)
          if (event.requestContext.http.method !== 'GET') await checked
          // The input is read only now, because the token must be verified before the handler looks at the request.
          const work = Promise.try(() => run({ ...readRequest(contract, event, now), caller, checked }, has))
          const [, answer] = await together(checked, work)
          return answer
        },
      ),
  }
}
