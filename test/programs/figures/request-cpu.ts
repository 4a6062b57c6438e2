import { createHash } from 'node:crypto'
import { PORT } from './flows/contender.ts'
import { keepAliveClient } from './flows/http-client.ts'
import { checkout, type LetheSession, letheUsers, startLethe } from './flows/lethe.ts'
import { commandOf, cpuOf, familyOf } from './processes.ts'

const USERS = 16
const WORKERS = 2
const CONNECTIONS = 16

/** The requests of a flow, in parts: what is measured are those around the 50th, the 500th and the 5000th. */
const PARTS = [
  { until: 25 },
  { until: 75, around: 50 },
  { until: 400 },
  { until: 600, around: 500 },
  { until: 4500 },
  { until: 5500, around: 5000 },
]

const SUM = createHash('sha256').update('lethe').digest('base64')
type Send = (session: LetheSession, request: number) => Promise<unknown>
const FLOWS: Record<string, Send> = {
  'GET /me': ({ check }) => check(),
  refresh: ({ refresh }) => refresh(),
  list: ({ ask }) => ask('GET', '/folders/root/children'),
  'create upload': ({ ask }, request) =>
    ask('POST', '/files', { folderId: 'root', name: `file ${request}`, size: 5, type: 'text/plain', sha256: SUM }),
}

type Cpu = { main: number; functions: number; dynamodb: number }
type RequestCpu = { flow: string; around: number; cpu: Cpu }

/** CPU milliseconds that the laptop cloud's processes use for one request, early and late in the life of a state. */
export async function* measureRequestCpu(): AsyncGenerator<RequestCpu> {
  // Another checkout can be measured by the same program, to compare them.
  const { LETHE_DIR = checkout } = process.env
  const { pid, stop } = await startLethe({ checkout: LETHE_DIR, flags: ['-c', 'openUploads=1000000'] })
  const client = keepAliveClient(PORT, CONNECTIONS)
  const { signUp, signIn } = letheUsers(client)
  const users = Array.from({ length: USERS }, (_, user) => user)
  try {
    await Promise.all(users.map(signUp))
    for (const [flow, send] of Object.entries(FLOWS)) {
      const sessions = await Promise.all(users.map(signIn))
      let from = 0
      for (const { until, around } of PARTS) {
        const before = cpuOfParts(pid)
        await sendAll(from, until, sessions, send)
        if (around) yield { flow, around, cpu: perRequest(before, cpuOfParts(pid), until - from) }
        from = until
      }
    }
  } finally {
    client.close()
    await stop()
  }
}

/** A session is never in two requests at once, for each worker has its own users: their number is even. */
async function sendAll(from: number, until: number, sessions: LetheSession[], send: Send): Promise<void> {
  await Promise.all(
    Array.from({ length: WORKERS }, async (_, worker) => {
      for (let request = from + worker; request < until; request += WORKERS) {
        await send(sessions[request % USERS]!, request)
      }
    }),
  )
}

function cpuOfParts(laptop: number): Cpu {
  const cpu = { main: 0, functions: 0, dynamodb: 0 }
  for (const pid of familyOf(laptop)) {
    const { own, ofEnded } = cpuOf(pid)
    const other = commandOf(pid).includes('dynoxide') ? 'dynamodb' : 'functions'
    cpu[pid === laptop ? 'main' : other] += own
    // Only functions end while the laptop cloud runs.
    cpu.functions += ofEnded
  }
  return cpu
}

function perRequest(before: Cpu, after: Cpu, requests: number): Cpu {
  const each = (part: keyof Cpu) => (after[part] - before[part]) / requests
  return { main: each('main'), functions: each('functions'), dynamodb: each('dynamodb') }
}
