import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Place } from '../../helpers/people.ts'

export async function endToEnd({ api, outbox }: Place, pace: 'slow' | 'fast'): Promise<void> {
  // Where each request is a new process, more files at once would only make each other wait, until functions time out.
  const workers = pace === 'slow' ? ['--maxWorkers=4'] : []
  const child = spawn('vitest', ['run', '--project', 'e2e', ...workers], {
    stdio: 'inherit',
    env: { ...process.env, LETHE_URL: api, LETHE_OUTBOX: outbox, LETHE_E2E_PACE: pace, LETHE_SCANNER: 'true' },
  })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`the end-to-end suite failed on ${api}`)
}
