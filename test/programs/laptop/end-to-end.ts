import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startLaptop } from './laptop.ts'
import { endToEnd, runSuite, smallLimits } from './suite.ts'

/** `npm run test:e2e -- files`: one noun, on the deployment that `LETHE_URL` names or else on a laptop cloud of its own. */
const filters = process.argv.slice(2)
if (process.env.LETHE_URL) await runSuite(filters)
else await onALaptop()

async function onALaptop(): Promise<void> {
  await using parts = new AsyncDisposableStack()
  const state = await mkdtemp(join(tmpdir(), 'lethe-e2e-'))
  parts.defer(() => rm(state, { recursive: true }))
  const laptop = await startLaptop({ state, flags: smallLimits('fast') })
  parts.defer(async () => void (await laptop.stop()))
  await endToEnd(laptop, 'fast', filters)
}
