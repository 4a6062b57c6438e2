import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { addressOf, type Contender, PASSWORD, PORT, type Session, type Users } from './contender.ts'
import type { Answer, HttpClient } from './http-client.ts'
import { startServer } from './server-process.ts'

const SERVER = 'better-auth-server.mjs'
const ORIGIN = { origin: `http://localhost:${PORT}` }

/**
 * It reads the session's row at every check, for its cookie cache is off. It has no refresh tokens: in their place stands
 * the access token that its jwt plugin makes from the session.
 */
export const betterAuth = (peers: string): Contender => ({
  async start() {
    await cp(join(import.meta.dirname, SERVER), join(peers, SERVER))
    const answers = `http://127.0.0.1:${PORT}/`
    const { pid, stop } = await startServer({ args: [SERVER], cwd: peers, env: { PORT: String(PORT) }, answers })
    return { pids: [pid], stop }
  },
  users,
})

function users({ ask }: HttpClient): Users {
  function session(cookie: string): Session {
    const get = async (path: string, wanted: string) => {
      const { text } = await ask('GET', path, { headers: { ...ORIGIN, cookie } })
      if (!text.includes(wanted)) throw new Error(`${path}: ${text}`)
    }
    return {
      check: () => get('/api/auth/get-session', '"user"'),
      refresh: () => get('/api/auth/token', '"token"'),
    }
  }

  return {
    signUp(user) {
      const json = { name: 'Ada', email: addressOf(user), password: PASSWORD }
      return ask('POST', '/api/auth/sign-up/email', { headers: ORIGIN, json })
    },
    async signIn(user) {
      const json = { email: addressOf(user), password: PASSWORD }
      return session(cookieIn(await ask('POST', '/api/auth/sign-in/email', { headers: ORIGIN, json })))
    },
  }
}

const cookieIn = ({ headers }: Answer) => (headers['set-cookie'] ?? []).map((each) => each.split(';')[0]).join('; ')
