import { config } from '../config.ts'
import { hashPassword, needsRehash, nobodysHash, verifyPassword } from '../crypto/passwords.ts'
import { hashOf, newId, newSecret } from '../crypto/secrets.ts'
import { LetheError } from '../errors.ts'
import { endpoint } from '../http/endpoint.ts'
import { together } from '../http/together.ts'
import { canonicalAddress } from '../mail/email-address.ts'
import { formatRefreshToken, newSession } from '../sessions/session.ts'
import { sessions, tokens } from '../sessions/wiring.ts'
import { signIn } from './contract.ts'
import { users } from './wiring.ts'

const NOBODYS_ADDRESS = 'nobody@invalid'

const needs = () => {
  const passwordMemoryMib = config.passwordMemoryMib()
  return {
    users: users(),
    sessions: sessions(),
    tokens: tokens(),
    limits: config.sessionLimits(),
    passwordMemoryMib,
    // Used when there is no account, so that both kinds of refusal make the same calls and hash for the same time.
    nobodysLogin: { userId: 'nobody', phc: nobodysHash(passwordMemoryMib) },
  }
}

export const handler = endpoint(signIn, needs).run(async ({ body, sourceIp, userAgent, now }, has) => {
  const { users, sessions, tokens, limits, passwordMemoryMib, nobodysLogin } = has
  const login = canonicalAddress(body.email) ?? NOBODYS_ADDRESS
  const { userId, phc } = (await users.findLogin(login)) ?? nobodysLogin
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
      // Read in parallel with the hash. If the gate has changed since, this epoch is old and the session is not alive.
      epoch: gate.epoch,
      device: userAgent,
      ip: sourceIp,
    },
    limits,
    now,
  )
  // Signed first: a session whose tokens were never issued is of no use, but its owner would see it for a month.
  const issued = await tokens.issue(session, formatRefreshToken(token), now)
  await sessions.create(session)
  return { status: 201, body: issued }
})
