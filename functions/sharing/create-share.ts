import { newId } from '../crypto/secrets.ts'
import { LetheError } from '../errors.ts'
import { tree } from '../files/wiring.ts'
import { canonicalAddress } from '../mail/email-address.ts'
import { protectedEndpoint } from '../sessions/protected-endpoint.ts'
import { createShare } from './contract.ts'
import { shareView } from './views.ts'
import { offers } from './wiring.ts'

const needs = () => ({ offers: offers(), tree: tree() })

export const handler = protectedEndpoint(createShare, needs)
  .reading(({ path }, { tree }) => tree.keysOf(path.id))
  .run(async (request, { offers, tree }) => {
    const { path, body, caller, ahead, now } = request
    const { gate } = await request.checked
    const address = canonicalAddress(body.email)
    if (address === undefined) throw refused('is not an address that mail can be sent to')
    if (address === gate.address) throw refused('is your own')
    await tree.item(path.id, caller.userId, 'own', ahead)
    const share = await offers.offer(path.id, { address, access: body.access }, { id: newId(), createdAt: now })
    return { status: 201, body: shareView(share) }
  })

const refused = (message: string) => new LetheError('invalid_input', { errors: [{ field: 'email', message }] })
