import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { expect, onTestFinished, test } from 'vitest'
import { readAuthority } from '../../door/authority.ts'
import { openObserved } from '../../door/observed.ts'
import { openEvents } from '../../events/events.ts'
import type { Resource } from '../../model.ts'
import { startSqs } from '../../services/sqs.ts'
import { allow, functionWith, startTestDoor } from '../door/test-door.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { letsRuleSend, queue, queueArn, queuePolicy, rule } from './a-rule.ts'
import { aCreation } from './an-event.ts'

const uploads = rule('Uploads', {
  EventPattern: { source: ['aws.s3'], 'detail-type': ['Object Created'] },
  Targets: [{ Id: 'work', Arn: queueArn('Work') }],
})
const scans = rule('Scans', {
  EventPattern: { source: ['aws.guardduty'] },
  Targets: [{ Id: 'work', Arn: queueArn('Work') }],
})
const lets = (...rules: string[]) => queuePolicy('Work', ...rules.map((name) => letsRuleSend('Work', name)))

type Options = { stateFolder?: string; body?: () => AsyncIterable<Buffer> }

async function* hello() {
  yield Buffer.from('hello')
}

async function start(resources: Resource[], { stateFolder = temporaryFolder(), body = hello }: Options = {}) {
  const all = [queue('Work'), ...resources, ...functionWith('worker', allow('sqs:*', queueArn('*')))]
  const sqs = await startSqs({ queues: all, folder: temporaryFolder() })
  onTestFinished(sqs.stop)
  const { door, as } = await startTestDoor(all, { sqs: sqs.service })
  onTestFinished(door.close)
  const scanned: string[] = []
  const events = await openEvents({
    resources: all,
    authority: readAuthority(all, openObserved('/nowhere')),
    put: sqs.put,
    invoke: () => Promise.reject(new Error('nothing to invoke')),
    async stream(bucket, key) {
      scanned.push(`${bucket}/${key}`)
      return { size: 5, body: body() }
    },
    stateFolder,
    report: (line) => expect.fail(line),
  })
  onTestFinished(events.close)
  events.start()
  const client = new SQSClient(as('worker'))
  const received = new Map<string, unknown>()
  const sources = async () => {
    const command = new ReceiveMessageCommand({ QueueUrl: `${door.url}/000000000000/Work`, MaxNumberOfMessages: 10 })
    for (const { MessageId = '', Body = '' } of (await client.send(command)).Messages ?? [])
      received.set(MessageId, JSON.parse(Body).source)
    return [...received.values()].sort()
  }
  return { ...events, sources, scanned }
}

test('an upload and the result of its scan reach the queue of the rules that wait for them', async () => {
  const { publish, sources, scanned } = await start([uploads, scans, lets('Uploads', 'Scans')])
  await publish(aCreation())
  await expect.poll(sources).toEqual(['aws.guardduty', 'aws.s3'])
  expect(scanned).toEqual(['state-files/o/1 & ü'])
})

test('without a rule that waits for scans nothing is scanned', async () => {
  const { publish, sources, scanned } = await start([uploads, lets('Uploads')])
  await publish(aCreation())
  await expect.poll(sources).toEqual(['aws.s3'])
  expect(scanned).toEqual([])
})

test('after a close no schedule runs any more', async () => {
  const stateFolder = temporaryFolder()
  const hourly = rule('Hourly', {
    ScheduleExpression: 'rate(1 hour)',
    Targets: [{ Id: 'work', Arn: queueArn('Work') }],
  })
  const dueSoon = { [String(hourly.attributes.Arn)]: Date.now() - 3_600_000 + 300 }
  writeFileSync(join(stateFolder, 'schedules.json'), JSON.stringify(dueSoon))
  const { close } = await start([hourly, lets('Hourly')], { stateFolder })
  await close()
  await new Promise((resolve) => setTimeout(resolve, 400))
  expect(readdirSync(join(stateFolder, 'events'))).toEqual([])
})

test('a scan that a close cut off begins anew after the next start', async () => {
  const stateFolder = temporaryFolder()
  const resources = [scans, lets('Scans')]
  async function* slowly() {
    for (;;) {
      yield Buffer.from('hello')
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
  const before = await start(resources, { stateFolder, body: slowly })
  await before.publish(aCreation())
  await expect.poll(() => before.scanned).toHaveLength(1)
  await before.close()
  const after = await start(resources, { stateFolder })
  await expect.poll(after.sources).toEqual(['aws.guardduty'])
  expect(after.scanned).toEqual(['state-files/o/1 & ü'])
})
