import { protectedEndpoint } from '../sessions/protected-endpoint.ts'
import { acceptShare } from './contract.ts'
import { sharedItemView } from './views.ts'
import { acceptances } from './wiring.ts'

const needs = () => ({ acceptances: acceptances() })

export const handler = protectedEndpoint(acceptShare, needs).run(
  async ({ path, caller, checked, now }, { acceptances }) => {
    // Sign-up proved that the address belongs to the caller, and stored it in the gate.
    const { address } = (await checked).gate
    const accepted = await acceptances.accept(path.id, { userId: caller.userId, address }, now)
    return { status: 200, body: sharedItemView(accepted) }
  },
)
