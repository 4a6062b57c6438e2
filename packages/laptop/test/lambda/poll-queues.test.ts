import { SendMessageBatchCommand } from '@aws-sdk/client-sqs'
import { expect, test } from 'vitest'
import type { JsonObject } from '../../model.ts'
import { type MappingTest, startMapping } from './a-mapping.ts'
import { startQueue } from './a-queue.ts'

type Queue = Awaited<ReturnType<typeof startQueue>>

const send = ({ client, url }: Queue, ...bodies: string[]) =>
  client.send(
    new SendMessageBatchCommand({
      QueueUrl: url,
      Entries: bodies.map((MessageBody, index) => ({ Id: `m${index}`, MessageBody })),
    }),
  )

const map = (queue: Queue, handler: MappingTest['handler'], mapping: MappingTest['mapping'] = {}) =>
  startMapping({
    doorUrl: queue.endpoint,
    mapping: { EventSourceArn: queue.arn, ...mapping },
    handler,
    resources: [queue.resource],
  })

const bodies = (events: { Records: { body: string }[] }[]) =>
  events.flatMap(({ Records }) => Records.map(({ body }) => body)).sort()

test('several queues have consumers beside each other, and one that is stuck holds up no other', async () => {
  const [mail, scans] = [await startQueue('mail'), await startQueue('scans')]
  const stuck = Promise.withResolvers<void>()
  const mails = await map(mail, () => stuck.promise)
  const results = await map(scans, () => undefined)
  await send(mail, 'verify')
  await expect.poll(() => bodies(mails.events)).toEqual(['verify'])
  await send(scans, 'a', 'b')
  await expect.poll(() => bodies(results.events)).toEqual(['a', 'b'])
  await expect.poll(scans.count).toEqual([0, 0])
  expect(await mail.count()).toEqual([0, 1])
  stuck.resolve()
})

test('a mapping invokes no more at once than its MaximumConcurrency, and that many', async () => {
  const queue = await startQueue('work')
  let [running, most] = [0, 0]
  const handler = async () => {
    running += 1
    most = Math.max(most, running)
    await new Promise((resolve) => setTimeout(resolve, 60))
    running -= 1
  }
  const { events } = await map(queue, handler, { BatchSize: 1, ScalingConfig: { MaximumConcurrency: 2 } })
  await send(queue, ...Array.from({ length: 8 }, (_, index) => `m${index}`))
  await expect.poll(() => events.length).toBe(8)
  expect(most).toBe(2)
})

test.each<JsonObject>([{ MaximumConcurrency: 1 }, { MaximumConcurrency: 1001 }, { MinimumPollers: 2 }])(
  'a ScalingConfig that AWS or the laptop does not know is refused by name: %j',
  async (ScalingConfig) => {
    const queue = await startQueue('work')
    const refused = map(queue, () => undefined, { ScalingConfig })
    await expect(refused).rejects.toThrow(`ScalingConfig.${Object.keys(ScalingConfig)[0]}`)
  },
)
