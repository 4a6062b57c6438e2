import { config } from '../config.ts'
import { isListed } from '../crypto/common-passwords.ts'
import { hashPassword } from '../crypto/passwords.ts'
import { newId } from '../crypto/secrets.ts'
import { database } from '../data/table.ts'
import { LetheError } from '../errors.ts'
import { endpoint } from '../http/endpoint.ts'
import { deliverableAddress } from '../mail/email-address.ts'
import { mailQueue } from '../mail/mail-queue.ts'
import { codeStore } from './code-store.ts'
import { passwordWeakness } from './password-policy.ts'
import { signUp } from './sign-up-contract.ts'
import { PENDING_LIFE } from './user.ts'

const codes = codeStore(database(), config.codesTable())
const queue = mailQueue(config.mailQueueUrl())
const passwordMemoryMib = config.passwordMemoryMib()
const productName = config.productName()

/** Never reads Users, so that neither the answer nor the time it takes can tell whether the address is taken. */
export const handler = endpoint(signUp).run(async ({ body, now }) => {
  const address = deliverableAddress(body.email)
  if (!address) {
    throw new LetheError('invalid_input', { errors: [{ field: 'email', message: 'must be an e-mail address' }] })
  }
  const login = address.toLowerCase()
  const weakness = passwordWeakness(body.password, { address: login, productName, isListed })
  if (weakness) throw new LetheError('password_refused', { errors: [{ field: 'password', message: weakness }] })

  const pendingId = newId()
  await codes.putPending({
    id: pendingId,
    login,
    address,
    name: body.name ?? '',
    phc: await hashPassword(body.password, passwordMemoryMib),
    expiresAt: now + PENDING_LIFE,
  })
  await queue.send({ kind: 'sign-up', pendingId })
  return { status: 202, body: { pendingId } }
})
