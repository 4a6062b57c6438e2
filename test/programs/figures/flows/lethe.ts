import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { addressOf, type Contender, PASSWORD, PORT, type Session } from './contender.ts'
import type { Answer, Ask, HttpClient } from './http-client.ts'
import { type ServerProcess, startServer } from './server-process.ts'

const OUTBOX = `http://127.0.0.1:${PORT + 1}`
/** The requests come as fast as they can: how many a second are let through is not what is measured. */
const UNTHROTTLED = ['-c', 'requestsPerSecond=1000000', '-c', 'burst=1000000']

export const checkout = join(import.meta.dirname, '../../../..')

export const lethe: Contender = {
  async start() {
    const { pid, stop } = await startLethe({ checkout, flags: [] })
    return { pids: [pid], stop }
  },
  users: letheUsers,
}

/** What `npm start` runs in this checkout, but with nothing in its state. */
export function startLethe({ checkout, flags }: { checkout: string; flags: string[] }): Promise<ServerProcess> {
  return startLaptop({ checkout, project: checkout, flags: [...UNTHROTTLED, ...flags], path: '/health' })
}

type Laptop = { checkout: string; project: string; flags: string[]; path: string }

/** The laptop cloud of a checkout, for the app in this project folder. */
export async function startLaptop({ checkout, project, flags, path }: Laptop): Promise<ServerProcess> {
  await using parts = new AsyncDisposableStack()
  const state = await mkdtemp(join(tmpdir(), 'lethe-state-'))
  parts.defer(() => rm(state, { recursive: true }))
  const args = [join(checkout, 'packages/laptop/main.ts'), '--port', String(PORT), '--state', state, ...flags]
  const { pid, stop } = await startServer({ args, cwd: project, answers: `http://127.0.0.1:${PORT}${path}` })
  parts.defer(stop)
  const running = parts.move()
  return { pid, stop: () => running.disposeAsync() }
}

type Tokens = { accessToken: string; refreshToken: string }
export type LetheSession = Session & { ask: (method: string, path: string, json?: object) => Promise<Answer> }

export function letheUsers({ ask }: HttpClient) {
  const credentials = (user: number) => ({ json: { email: addressOf(user), password: PASSWORD } })
  return {
    async signUp(user: number) {
      const { pendingId } = JSON.parse((await ask('POST', '/users', credentials(user))).text)
      const code = await mailedCode(addressOf(user))
      await ask('POST', '/users/verify', { json: { pendingId, code } })
    },
    signIn: async (user: number) => session(ask, tokensIn(await ask('POST', '/sessions', credentials(user)))),
  }
}

function session(ask: Ask, tokens: Tokens): LetheSession {
  const bearing: LetheSession['ask'] = (method, path, json) =>
    ask(method, path, { ...(json && { json }), headers: { authorization: `Bearer ${tokens.accessToken}` } })
  return {
    ask: bearing,
    check: () => bearing('GET', '/me'),
    async refresh() {
      const { refreshToken } = tokens
      tokens = tokensIn(await ask('POST', '/sessions/refresh', { json: { refreshToken } }))
    },
  }
}

const tokensIn = ({ text }: Answer): Tokens => JSON.parse(text)

async function mailedCode(address: string): Promise<string> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await sleep(10)) {
    const { mails } = await (await fetch(`${OUTBOX}/mails?to=${encodeURIComponent(address)}`)).json()
    const code = /^\d{4} ?\d{4}$/m.exec(mails[0]?.text ?? '')?.[0]
    if (code) return code
  }
  throw new Error(`no mail with a code to ${address}`)
}
