import { config } from '../config.ts'
import { ACCESS_TOKEN_LIFE, signAccessToken } from '../crypto/access-tokens.ts'
import { newId } from '../crypto/secrets.ts'
import type { Session } from '../domain/session.ts'
import { keyRingStore } from '../store/key-ring.ts'
import { sessionView } from './sessions/contract.ts'

/** Wiring that the two routes which hand out tokens share. */
const keyRing = keyRingStore(config.keyRingSecret())
const names = { ...config.tokens(), clientId: config.clientId() }

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

/** Read in INIT, beside everything else; a request that needs it waits for it or tries again. */
export function warmKeyRing(now: number): void {
  keyRing.current(now).catch(() => undefined)
}
