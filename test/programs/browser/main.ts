import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { becomeUser } from '../../helpers/people.ts'
import { startLaptop } from '../laptop/laptop.ts'
import { launchChromium } from './chromium.ts'
import { servePage } from './page-server.ts'
import { anotherFileOfThatName, cancelled, pausedAndResumed, singleUpload } from './scenarios.ts'

/** Uppy's S3 plugin in a real browser, from another origin, against the laptop cloud. */
const SCENARIOS = { singleUpload, pausedAndResumed, cancelled, anotherFileOfThatName }
const PATIENCE_MS = 120_000

await using parts = new AsyncDisposableStack()
const browser = await launchChromium()
if (browser) {
  parts.defer(() => browser.close())
  const folder = await mkdtemp(join(tmpdir(), 'lethe-browser-'))
  parts.defer(() => rm(folder, { recursive: true }))
  const page = await servePage()
  parts.defer(page.close)
  const laptop = await startLaptop({ state: join(folder, 'state'), flags: ['-c', `corsOrigins=${page.origin}`] })
  parts.defer(async () => void (await laptop.stop()))
  const { accessToken: token } = await becomeUser(laptop)
  for (const [name, play] of Object.entries(SCENARIOS)) {
    // Closed before the laptop cloud is, which lets what the page asks for come to its end.
    await using tab = await browser.newPage()
    tab.on('pageerror', (error) => console.error(`in the page: ${error.message}`))
    const start = performance.now()
    await within(name, play({ tab, origin: page.origin, folder, access: { api: laptop.api, token } }))
    console.log(`Uppy in Chromium, ${name}: ${((performance.now() - start) / 1000).toFixed(1)} s`)
  }
}

async function within(name: string, played: Promise<void>): Promise<void> {
  const late = sleep(PATIENCE_MS, undefined, { ref: false }).then(() => {
    throw new Error(`${name} did not end within ${PATIENCE_MS / 1000} s`)
  })
  await Promise.race([played, late])
}
