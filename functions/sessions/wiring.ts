import { database } from '../clients.ts'
import { config } from '../config.ts'
import { keyRing, publicKeys } from '../keys/wiring.ts'
import { once } from '../once.ts'
import { verifyAccessToken } from './access-token.ts'
import { callerCheck } from './caller.ts'
import { issuing } from './issuing.ts'
import { sessionStore } from './session-store.ts'

export const sessions = once(() => sessionStore(database(), config.sessionsTable()))

/** Made while the function starts: Lambda gives it more CPU then, and the first request finds the connection open. */
export const checkCaller = once(() => {
  const keys = publicKeys()
  const names = config.tokens()
  void keys.warm(Math.floor(Date.now() / 1000))
  return callerCheck({
    verify: (token, now) => verifyAccessToken(token, keys.find, names, now),
    read: sessions().readWith,
    markSeen: sessions().markSeen,
  })
})

export const tokens = once(() =>
  issuing({
    keyRing: keyRing(),
    publicKeys: publicKeys(),
    names: { ...config.tokens(), clientId: config.clientId() },
    startedAt: Math.floor(Date.now() / 1000),
  }),
)
