import { config } from '../config.ts'
import { hashPassword, needsRehash, nobodysHash, verifyPassword } from '../crypto/passwords.ts'
import { hashOf, newId, newSecret } from '../crypto/secrets.ts'
import { LetheError } from '../errors.ts'
import { endpoint, together } from '../http/endpoint.ts'
import { canonicalAddress } from '../mail/email-address.ts'
import { signIn } from '../sessions/contract.ts'
import { formatRefreshToken, newSession } from '../sessions/session.ts'
import { db, issueTokens, sessions } from '../sessions/token-issuer.ts'
import { userStore } from './user-store.ts'

const users = userStore(db, config.usersTable())
const passwordMemoryMib = config.passwordMemoryMib()
const limits = config.sessionLimits()

/** Stands in where there is no account, so that both kinds of refusal make the same calls and hash as long. */
const NOBODYS_LOGIN = { userId: 'nobody', phc: nobodysHash(passwordMemoryMib) }
const NOBODYS_ADDRESS = 'nobody@invalid'

export const handler = endpoint(signIn).run(async ({ body, sourceIp, userAgent, now }) => {
  const login = canonicalAddress(body.email) ?? NOBODYS_ADDRESS
  const { userId, phc } = (await users.findLogin(login)) ?? NOBODYS_LOGIN
  const [gate, fits] = await together(sessions.readGate(userId), verifyPassword(body.password, phc))
  if (!fits || gate?.status !== 'active') throw new LetheError('credentials_invalid')
  if (needsRehash(phc, passwordMemoryMib))
    await users.replaceHash(login, phc, await hashPassword(body.password, passwordMemoryMib))

  const token = { userId, sid: newId(), family: newId(), secret: newSecret() }
  const session = newSession(
    {
      userId,
      sid: token.sid,
      fam: hashOf(token.family),
      cur: hashOf(token.secret),
      // As read beside the hash: had the gate changed meanwhile, the session would be dead on arrival.
      epoch: gate.epoch,
      device: userAgent,
      ip: sourceIp,
    },
    limits,
    now,
  )
  // Signed first: a session without its tokens would be nobody's, and its owner would see it for a month.
  const tokens = await issueTokens(session, formatRefreshToken(token), now)
  await sessions.create(session)
  return { status: 201, body: tokens }
})
