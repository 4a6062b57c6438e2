import { config } from '../config.ts'
import { newId } from '../crypto/secrets.ts'
import { database } from '../data/table.ts'
import { keyRingStore } from '../keys/key-ring-store.ts'
import { publicKeyStore } from '../keys/public-key-store.ts'
import { ACCESS_TOKEN_LIFE, signAccessToken } from './access-token.ts'
import { sessionView } from './contract.ts'
import type { Session } from './session.ts'
import { sessionStore } from './session-store.ts'

/** Wiring that the two routes which hand out tokens share. */
export const db = database()
export const sessions = sessionStore(db, config.sessionsTable())

const keyRing = keyRingStore(config.keyRingSecret())
const names = { ...config.tokens(), clientId: config.clientId() }
const startedAt = Math.floor(Date.now() / 1000)

/** In INIT, where Lambda lends more CPU: the connection to DynamoDB is open once this is settled. */
export const connected = publicKeyStore(db, config.sessionsTable()).warm(startedAt)
// The signing key only then, so that it does not hold up the connection. Who finds it missing asks again.
connected.then(() => keyRing.current(startedAt)).catch(() => undefined)

export async function issueTokens(session: Session, refreshToken: string, now: number) {
  const key = await keyRing.current(now)
  const accessToken = await signAccessToken(key, session, { ...names, jti: newId(), now })
  return {
    accessToken,
    tokenType: 'Bearer' as const,
    expiresIn: ACCESS_TOKEN_LIFE,
    refreshToken,
    session: sessionView(session, session.sid),
  }
}
