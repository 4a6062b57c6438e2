import { config } from '../config.ts'
import { hashPassword } from '../crypto/passwords.ts'
import { newId } from '../crypto/secrets.ts'
import { LetheError } from '../errors.ts'
import { endpoint } from '../http/endpoint.ts'
import { deliverableAddress } from '../mail/email-address.ts'
import { mailQueue } from '../mail/wiring.ts'
import { PENDING_LIFE } from './code.ts'
import { signUp } from './contract.ts'
import { passwordWeakness } from './password-policy.ts'
import { codes } from './wiring.ts'

const needs = () => ({
  codes: codes(),
  queue: mailQueue(),
  passwordMemoryMib: config.passwordMemoryMib(),
  productName: config.productName(),
})

/** Never reads the users table, so neither the answer nor its duration shows whether the address is taken. */
export const handler = endpoint(signUp, needs).run(
  async ({ body, now }, { codes, queue, passwordMemoryMib, productName }) => {
    const address = deliverableAddress(body.email)
    if (!address) {
      throw new LetheError('invalid_input', { errors: [{ field: 'email', message: 'must be an e-mail address' }] })
    }
    const login = address.toLowerCase()
    // Loaded here because it has 400 KB of words, which a cold start for verify-user does not need.
    const { isListed } = await import('../crypto/common-passwords.ts')
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
  },
)
