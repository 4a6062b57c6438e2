import { newId } from '../crypto/secrets.ts'
import { ACCESS_TOKEN_LIFE, type SigningKey, signAccessToken, type TokenNames } from './access-token.ts'
import type { Session } from './session.ts'
import { sessionView } from './views.ts'

type IssuingParts = {
  keyRing: { current(now: number): Promise<SigningKey> }
  publicKeys: { warm(now: number): Promise<void> }
  names: TokenNames & { clientId: string }
  startedAt: number
}

/** For the two routes that hand out tokens. */
export function issuing({ keyRing, publicKeys, names, startedAt }: IssuingParts) {
  // Lambda gives a starting function more CPU: the connection to DynamoDB is open once this promise settles.
  const connected = publicKeys.warm(startedAt)
  // The signing key is read after that, so as not to delay the connection. If this fails, the request reads it.
  connected.then(() => keyRing.current(startedAt)).catch(() => undefined)

  return {
    connected,

    async issue(session: Session, refreshToken: string, now: number) {
      const key = await keyRing.current(now)
      const accessToken = await signAccessToken(key, session, { ...names, jti: newId(), now })
      return {
        accessToken,
        tokenType: 'Bearer' as const,
        expiresIn: ACCESS_TOKEN_LIFE,
        refreshToken,
        session: sessionView(session, session.sid),
      }
    },
  }
}
