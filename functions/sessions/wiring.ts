import { config } from '../config.ts'
import { database } from '../data/table.ts'
import { publicKeyStore } from '../keys/public-key-store.ts'
import { verifyAccessToken } from './access-token.ts'
import { callerCheck } from './caller.ts'
import { sessionStore } from './session-store.ts'

/** Wiring that every protected route shares. */
export const db = database()
export const sessions = sessionStore(db, config.sessionsTable())

const keys = publicKeyStore(db, config.sessionsTable())
const names = config.tokens()
// The one call in INIT: it opens the connection and brings what the first request needs.
void keys.warm(Math.floor(Date.now() / 1000))

export const checkCaller = callerCheck({
  verify: (token, now) => verifyAccessToken(token, keys.find, names, now),
  read: sessions.read,
  markSeen: sessions.markSeen,
})
