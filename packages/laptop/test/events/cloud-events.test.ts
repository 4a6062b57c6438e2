import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { type Cloud, type Ports, startCloud } from '../../cloud.ts'
import { DEV, deriveCredentials } from '../../door/credentials.ts'
import { createLog } from '../../log.ts'
import { readSeed } from '../../state.ts'
import { freePorts } from '../free-ports.ts'
import config from '../sample-project/laptop.config.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { writeEventsApp } from './events-app.ts'

let ports: Ports
let stateFolder: string
let lines: string[]
beforeEach(async () => {
  ports = await freePorts()
  stateFolder = join(temporaryFolder(), 'state')
  lines = []
})

async function start({ permits = true } = {}): Promise<Cloud> {
  const cloud = await startCloud({
    config,
    assemblyFolder: writeEventsApp({ permits }),
    stateFolder,
    fresh: false,
    toolFolder: temporaryFolder(),
    dynamodbEndpoint: undefined,
    host: '127.0.0.1',
    ports,
    lifecycle: 'warm',
    maxEnvironments: 10,
    log: createLog({ write: (line) => lines.push(line), colour: false, now: () => new Date() }),
    onFailure: (error) => lines.push(error.message),
  })
  onTestFinished(cloud.close)
  return cloud
}

const put = async ({ doorUrl }: Cloud, Key: string, Body: string) => {
  const credentials = deriveCredentials(readSeed(stateFolder), DEV)
  const client = new S3Client({ endpoint: doorUrl, region: 'us-east-1', credentials, forcePathStyle: true })
  await client.send(new PutObjectCommand({ Bucket: 'state-files', Key, Body }))
}
const told = (pattern: RegExp) => lines.flatMap((line) => pattern.exec(line)?.[0] ?? []).sort()

test('an upload reaches the queue’s consumer, and so does what the scanner finds', async () => {
  const cloud = await start()
  await put(cloud, 'o/1', 'hello')
  await expect
    .poll(() => told(/worked: .*/), { timeout: 5000 })
    .toEqual(['worked: aws.guardduty o/1 NO_THREATS_FOUND', 'worked: aws.s3 o/1 PutObject'])
})

/** Makes the last run look so many milliseconds older. */
async function restartedAfter(milliseconds: number, app = {}) {
  await (await start(app)).close()
  const file = join(stateFolder, 'schedules.json')
  const [arn = ''] = Object.keys(JSON.parse(readFileSync(file, 'utf8')))
  writeFileSync(file, JSON.stringify({ [arn]: Date.now() - milliseconds }))
  await start(app)
}

test('a schedule that came due while the laptop slept runs its function after the start', async () => {
  await restartedAfter(2 * 3_600_000)
  await expect.poll(() => told(/swept: .*/), { timeout: 5000 }).toEqual(['swept: Scheduled Event'])
})

test('a schedule without a permission invokes nothing, and says so', async () => {
  await restartedAfter(2 * 3_600_000, { permits: false })
  await expect.poll(() => told(/no policy of .* lets events.amazonaws.com do lambda:InvokeFunction/)).toHaveLength(1)
  expect(told(/swept: .*/)).toEqual([])
})
