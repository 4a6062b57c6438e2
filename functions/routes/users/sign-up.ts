import { config } from '../../config.ts'
import { isListed } from '../../crypto/common-passwords.ts'
import { hashPassword } from '../../crypto/passwords.ts'
import { newId } from '../../crypto/secrets.ts'
import { deliverableAddress } from '../../domain/email-address.ts'
import { LetheError } from '../../domain/errors.ts'
import { passwordWeakness } from '../../domain/password-policy.ts'
import { PENDING_LIFE } from '../../domain/user.ts'
import { endpoint } from '../../http/endpoint.ts'
import { codeStore } from '../../store/codes.ts'
import { database } from '../../store/database.ts'
import { mailQueue } from '../../store/mail-queue.ts'
import { signUp } from './contract.ts'

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
