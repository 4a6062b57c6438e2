import { newId } from '../crypto/secrets.ts'
import { LetheError } from '../errors.ts'
import { filesTable, tree } from '../files/wiring.ts'
import { protectedEndpoint } from '../http/endpoint.ts'
import { canonicalAddress } from '../mail/email-address.ts'
import { checkCaller, db } from '../sessions/wiring.ts'
import { createShare, shareView } from './contract.ts'
import { shareStore } from './share-store.ts'

const shares = shareStore(db, filesTable)

export const handler = protectedEndpoint(createShare, checkCaller).run(async (request) => {
  const { path, body, caller, now } = request
  const { gate } = await request.checked
  const address = canonicalAddress(body.email)
  if (address === undefined) throw refused('is not an address that mail can be sent to')
  if (address === gate.address) throw refused('is your own')
  await tree.item(path.id, caller.userId, 'own')
  const share = await shares.offer(path.id, { address, access: body.access }, { id: newId(), createdAt: now })
  return { status: 201, body: shareView(share) }
})

const refused = (message: string) => new LetheError('invalid_input', { errors: [{ field: 'email', message }] })
