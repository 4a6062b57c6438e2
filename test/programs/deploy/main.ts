import { mkdir, rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import type { Mail } from '@lethe/laptop/outbox/mailbox.ts'
import { awaitMails, becomeUser, checkSignedIn, mailsTo, newAddress, type Place, signUp } from '../../helpers/people.ts'
import { openMailQueue, verifySender } from './account.ts'
import { cdkFor } from './cdk.ts'
import { forwardTo } from './forward.ts'
import { saveFunctionLogs } from './function-logs.ts'
import { serveIssuerDocuments } from './issuer-host.ts'
import { findPython, freePort, installMinistack, MINISTACK_LOG, startMinistack } from './ministack.ts'
import { readMails, serveOutbox } from './outbox-adapter.ts'
import { work } from './paths.ts'
import { stopAll, tail } from './processes.ts'
import type { Served } from './serve.ts'
import { endToEnd } from './suite.ts'

/** Longer than it takes to destroy LetheApi. */
const DELAY_SECONDS = 60
/** A message that its reader did not finish comes again after 3 minutes. */
const RETRY_SECONDS = 210

/** Deploys the app by the real CDK into MiniStack, and shows that LetheApi can be destroyed and deployed again. */
async function story(python: string): Promise<void> {
  await rm(work, { recursive: true, force: true })
  await mkdir(work, { recursive: true })
  await step('install MiniStack', () => installMinistack(python))

  const port = await freePort()
  // Where TLS ends: buckets and queues refuse everyone who did not come by https.
  const aws = opened(await forwardTo({ port, headers: { 'x-forwarded-proto': 'https' } }))
  const issuer = opened(await serveIssuerDocuments(aws.url))
  const outbox = opened(await serveOutbox(port))
  await step('start MiniStack', () => startMinistack({ port, publicPort: aws.port }))
  evidence.push(async () => `${await tail(MINISTACK_LOG, 30)}\nthe end of ${MINISTACK_LOG}`)
  evidence.push(() => saveFunctionLogs(aws.url))
  await verifySender(aws.url, 'example.com')

  const cdk = cdkFor(aws.url)
  const context = { issuerUrl: `${issuer.url}/{bucket}`, mailFrom: 'no-reply@example.com' }
  await step('synthesize with a function for each route', () => cdk.synth({ ...context, functionPer: 'route' }))
  await step('bootstrap', () => cdk.bootstrap())
  const first = await step('deploy LetheState and LetheApi', () => cdk.deploy('deploy.log'))
  const before = { api: await apiAt(first.LetheApi.ApiUrl, port), outbox: outbox.url }
  await step('a function for each zone takes over', () => zonesTakeOver(cdk, context, before, first))
  await step('end-to-end suite', () => endToEnd(before, 'fast', 'e2e.log'))

  const queue = await openMailQueue(aws.url)
  await step('the mail queue runs empty', () => queue.runsEmpty(RETRY_SECONDS))
  const users = await step('sign in three users', () =>
    Promise.all([becomeUser(before), becomeUser(before), becomeUser(before)]),
  )
  const sent = await readMails(port)
  const waiting = newAddress()
  await step('queue a mail', async () => {
    await queue.delay(DELAY_SECONDS)
    await signUp(before, waiting)
    await queue.delay(0)
  })

  await step('destroy LetheApi', () => cdk.destroy('LetheApi'))
  if ((await mailsTo(before, waiting)).length > 0) throw new Error('the mail left before LetheApi was destroyed')
  const second = await step('deploy LetheApi again', () => cdk.deploy('deploy-again.log'))
  const after = { api: await apiAt(second.LetheApi.ApiUrl, port), outbox: outbox.url }
  await step('the three users are still signed in', () => Promise.all(users.map((user) => checkSignedIn(after, user))))
  await step('end-to-end suite again', () => endToEnd(after, 'slow', 'e2e-again.log'))
  await step('the queued mail arrives once, and no other comes again', async () => {
    await awaitMails(after, waiting, DELAY_SECONDS + RETRY_SECONDS)
    await queue.runsEmpty(RETRY_SECONDS)
    const mails = await readMails(port)
    expectMails(mails, [waiting], 1)
    expectMails(
      mails,
      sent.flatMap(({ to }) => to),
      sent.length,
    )
  })
}

/** In place: the state is left alone, the API keeps its address, and nobody is logged out. */
async function zonesTakeOver(
  cdk: ReturnType<typeof cdkFor>,
  context: Record<string, string>,
  place: Place,
  first: Awaited<ReturnType<typeof cdk.deploy>>,
): Promise<void> {
  const user = await becomeUser(place)
  const state = await cdk.template('LetheState')
  await cdk.synth(context)
  if ((await cdk.template('LetheState')) !== state) throw new Error('the template of LetheState has changed')
  const second = await cdk.deploy('deploy-zones.log')
  if (second.LetheApi.ApiUrl !== first.LetheApi.ApiUrl) throw new Error('the API has another address')
  await checkSignedIn(place, user)
}

function expectMails(mails: Mail[], addresses: string[], expected: number): void {
  const asked = new Set(addresses)
  const found = mails.filter(({ to }) => to.some((address) => asked.has(address)))
  if (found.length === expected) return
  throw new Error(
    `expected ${expected} mails, found ${found.length}, the newest to ${found[0]?.to}: ${found[0]?.subject}`,
  )
}

/** What to show of a failure. */
const evidence: (() => Promise<string>)[] = []
const servers: Served[] = []

function opened(server: Served): Served {
  servers.push(server)
  return server
}

/** MiniStack finds an API by host name, strips the stage from the path and starts a process per parallel request. */
async function apiAt(apiUrl: string, port: number): Promise<string> {
  const host = apiUrl.replace(/^https?:\/\//, '')
  return opened(
    await forwardTo({ port, headers: { host }, pathPrefix: '/$default', atOnce: 2 * availableParallelism() }),
  ).url
}

async function step<T>(name: string, work: () => Promise<T>): Promise<T> {
  const start = performance.now()
  const say = (how: string) =>
    console.log(`${((performance.now() - start) / 1000).toFixed(1).padStart(6)} s  ${name}${how}`)
  try {
    const result = await work()
    say('')
    return result
  } catch (error) {
    say(': FAILED')
    throw error
  }
}

let interruption: Error | undefined
const interrupted = new Promise<never>((_, reject) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      interruption = new Error(`stopped by ${signal}`)
      reject(interruption)
    })
  }
})

const python = findPython()
if (python === undefined) {
  const must = process.env.CI === 'true' || process.argv.includes('--must')
  console.log('The deployment test needs Python >= 3.10 with its venv module (Debian: apt-get install python3-venv).')
  console.log(must ? 'It must run here.' : 'Skipped.')
  process.exit(must ? 1 : 0)
}
try {
  await Promise.race([story(python), interrupted])
} catch (error) {
  process.exitCode = 1
  console.error(error instanceof Error ? error.message : error)
  if (error !== interruption) for (const show of evidence) console.error(`\n${await show().catch(String)}`)
} finally {
  await stopAll()
  for (const server of servers) server.close()
}
// A story that was interrupted goes on in vain.
process.exit()
