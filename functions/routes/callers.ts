import { config } from '../config.ts'
import { verifyAccessToken } from '../crypto/access-tokens.ts'
import { callerCheck } from '../http/caller.ts'
import { database } from '../store/database.ts'
import { publicKeyStore } from '../store/public-keys.ts'
import { sessionStore } from '../store/sessions.ts'

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
