import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'

const CHROMIUM = process.env.LETHE_CHROMIUM || '/usr/bin/chromium'

/** Undefined where there is none: skipped on a laptop, a failure where CI says that it must be there. */
export async function launchChromium(): Promise<Browser | undefined> {
  if (existsSync(CHROMIUM)) {
    return chromium.launch({ executablePath: CHROMIUM, headless: true, args: ['--no-sandbox'] })
  }
  const missing = `no Chromium at ${CHROMIUM}: install it, or name it by LETHE_CHROMIUM`
  if (process.env.CI) throw new Error(missing)
  console.log(`Uppy in Chromium: skipped, ${missing}`)
  return undefined
}

/** As slow as a phone's way up, so that a pause comes midway; undefined lifts it. */
export async function throttleUploads(tab: Page, bytesPerSecond: number | undefined): Promise<void> {
  const session = await tab.context().newCDPSession(tab)
  const limits = { latency: 0, downloadThroughput: -1, uploadThroughput: bytesPerSecond ?? -1 }
  await session.send('Network.enable')
  await session.send('Network.emulateNetworkConditions', { offline: false, ...limits })
}

export type Puts = { begun: number[]; done: number[] }

/** The PUTs to S3 as they cross the network, by part number; a single PUT counts as part 0. */
export function countPuts(tab: Page): () => Puts {
  let puts: Puts = { begun: [], done: [] }
  const partOf = (url: string) => Number(new URL(url).searchParams.get('partNumber'))
  tab.on('request', (request) => {
    if (request.method() === 'PUT') puts.begun.push(partOf(request.url()))
  })
  tab.on('response', (response) => {
    if (response.request().method() === 'PUT' && response.ok()) puts.done.push(partOf(response.url()))
  })
  /** Since it was last asked. */
  return () => {
    const seen = puts
    puts = { begun: [], done: [] }
    return seen
  }
}
