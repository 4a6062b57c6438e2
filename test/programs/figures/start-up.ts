import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const root = join(import.meta.dirname, '../../..')
const PORT = 24_310

/** Seconds from `npm start` to the first answered request, with nothing built and then with an unchanged build. */
export async function measureStartUp(): Promise<{ nothingBuilt: number; unchanged: number; freshState: number }> {
  const state = await mkdtemp(join(tmpdir(), 'lethe-start-'))
  try {
    await rm(join(root, 'cdk.out'), { recursive: true, force: true })
    const nothingBuilt = await startOnce(state)
    const unchanged = await startOnce(state)
    const freshState = await startOnce(state, '--fresh')
    return { nothingBuilt, unchanged, freshState }
  } finally {
    await rm(state, { recursive: true })
  }
}

async function startOnce(state: string, ...flags: string[]): Promise<number> {
  const start = performance.now()
  const args = ['start', '--', '--port', String(PORT), '--state', state, '--stop-with-stdin', ...flags]
  const child = spawn('npm', args, { cwd: root, stdio: ['pipe', 'ignore', 'inherit'] })
  const exit = once(child, 'exit')
  try {
    for (;;) {
      const answer = await fetch(`http://127.0.0.1:${PORT}/health`).catch(() => undefined)
      if (answer?.ok) return (performance.now() - start) / 1000
      if (child.exitCode !== null) throw new Error('npm start ended before it answered')
      await sleep(10)
    }
  } finally {
    child.stdin.end()
    await exit
  }
}
