import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Place } from '../../helpers/people.ts'

type Pace = 'slow' | 'fast'

const MAIL_GAP = 10

/** The suite sits out gaps and fills up limits: small ones hold as large ones do. */
export function smallLimits(pace: Pace): string[] {
  return ['-c', `mailGapSeconds=${MAIL_GAP}`, '-c', `openUploads=${pace === 'slow' ? 20 : 50}`]
}

/** On a laptop cloud with small limits. */
export function endToEnd({ api, outbox }: Place, pace: Pace, filters: string[] = []): Promise<void> {
  // Where each request is a new process, more files at once would only make each other wait, until functions time out.
  const workers = pace === 'slow' ? ['--maxWorkers=4'] : []
  return runSuite([...workers, ...filters], {
    LETHE_URL: api,
    LETHE_OUTBOX: outbox,
    LETHE_SCANNER: 'true',
    LETHE_MAIL_GAP: String(MAIL_GAP),
    LETHE_E2E_PACE: pace,
  })
}

export async function runSuite(args: string[], deployment: Record<string, string> = {}): Promise<void> {
  const env = { ...process.env, ...deployment }
  const [code] = await once(spawn('vitest', ['run', '--project', 'e2e', ...args], { stdio: 'inherit', env }), 'exit')
  if (code !== 0) throw new Error(`the end-to-end suite failed on ${env.LETHE_URL}`)
}
