import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folderWith } from './a-function.ts'
import { mapStream, numbers } from './a-mapping.ts'
import { startFakeStream } from './a-stream.ts'

test('the shards of a stream are read once each, a child after its parent', async () => {
  const stream = await startFakeStream()
  stream.open('parent')
  stream.open('left', 'parent')
  stream.open('right', 'parent')
  stream.open('orphan', 'trimmed long ago')
  stream.write('left', '3')
  stream.write('right', '4')
  stream.write('orphan', '9')
  const positionsFile = join(await folderWith({}), 'positions.json')
  const { events, close } = await mapStream(stream, () => undefined, { positionsFile })
  await expect.poll(() => numbers(events)).toEqual(['9'])
  stream.write('parent', '1', '2')
  stream.close('parent')
  await expect.poll(() => numbers(events).length).toBe(5)
  expect(numbers(events).slice(1, 3)).toEqual(['1', '2'])
  expect(numbers(events).slice(3).sort()).toEqual(['3', '4'])
  await close()

  stream.write('left', '5')
  const again = await mapStream(stream, () => undefined, { positionsFile })
  await expect.poll(() => numbers(again.events)).toEqual(['5'])
})

test('a shard that opens later is found when its parent ends', async () => {
  const stream = await startFakeStream()
  stream.open('parent')
  const { events } = await mapStream(stream, () => undefined)
  stream.open('child', 'parent')
  stream.write('child', '2')
  stream.write('parent', '1')
  stream.close('parent')
  await expect.poll(() => numbers(events)).toEqual(['1', '2'])
})

test('a deletion by time to live says who deleted', async () => {
  const stream = await startFakeStream()
  stream.open('shard-1')
  const userIdentity = { PrincipalId: 'dynamodb.amazonaws.com', Type: 'Service' }
  stream.write('shard-1', { SequenceNumber: '1', userIdentity }, '2')
  const { events } = await mapStream(stream, () => undefined)
  await expect.poll(() => events.length).toBe(1)
  const [expired, changed] = events[0]?.Records ?? []
  expect(expired?.userIdentity).toEqual({ principalId: 'dynamodb.amazonaws.com', type: 'Service' })
  expect(Object.keys(changed ?? {})).not.toContain('userIdentity')
})

test('records that no filter lets through are passed over, also by the position', async () => {
  const stream = await startFakeStream()
  stream.open('shard-1')
  stream.write('shard-1', '1', '2', '3')
  const positionsFile = join(await folderWith({}), 'positions.json')
  const Filters = [{ Pattern: '{"dynamodb":{"SequenceNumber":["2"]}}' }]
  const first = await mapStream(stream, () => undefined, { positionsFile, mapping: { FilterCriteria: { Filters } } })
  await expect.poll(() => numbers(first.events)).toEqual(['2'])
  await first.close()
  const second = await mapStream(stream, () => undefined, { positionsFile })
  stream.write('shard-1', '4')
  await expect.poll(() => numbers(second.events)).toEqual(['4'])
})

test('a batch window gathers what comes within it', async () => {
  const stream = await startFakeStream()
  stream.open('shard-1')
  stream.write('shard-1', '1')
  const { events } = await mapStream(stream, () => undefined, { mapping: { MaximumBatchingWindowInSeconds: 1 } })
  await stream.calledOnce('GetRecords')
  stream.write('shard-1', '2')
  await expect.poll(() => events.length, { timeout: 3000 }).toBe(1)
  expect(numbers(events)).toEqual(['1', '2'])
})

test('a batch is never larger than its size', async () => {
  const stream = await startFakeStream()
  stream.open('shard-1')
  stream.write('shard-1', '1', '2', '3')
  const { events } = await mapStream(stream, () => undefined, { mapping: { BatchSize: 2 } })
  await expect.poll(() => numbers(events)).toEqual(['1', '2', '3'])
  expect(events.map(({ Records }) => Records.length)).toEqual([2, 1])
})

test('an expired iterator is replaced, and nothing is lost or doubled', async () => {
  const stream = await startFakeStream()
  stream.open('shard-1')
  stream.write('shard-1', '1')
  const { events, log } = await mapStream(stream, () => undefined)
  await expect.poll(() => numbers(events)).toEqual(['1'])
  stream.failNext('GetRecords', 'ExpiredIteratorException')
  stream.write('shard-1', '2')
  await expect.poll(() => numbers(events)).toEqual(['1', '2'])
  expect(log).toEqual([])
})

test('a position whose records are gone is told, and reading goes on from the oldest', async () => {
  const stream = await startFakeStream()
  stream.open('shard-1')
  stream.write('shard-1', '1')
  const positionsFile = join(await folderWith({}), 'positions.json')
  const first = await mapStream(stream, () => undefined, { positionsFile })
  await expect.poll(() => numbers(first.events)).toEqual(['1'])
  await first.close()
  stream.failNext('GetShardIterator', 'TrimmedDataAccessException')
  const second = await mapStream(stream, () => undefined, { positionsFile })
  await expect.poll(() => numbers(second.events)).toEqual(['1'])
  expect(second.log.join()).toContain('records after 1 of shard shard-1')
})

test('a read that fails is told and tried again', async () => {
  const stream = await startFakeStream()
  stream.open('shard-1')
  stream.write('shard-1', '1')
  stream.failNext('GetRecords', 'AccessDeniedException')
  const { events, log } = await mapStream(stream, () => undefined)
  await expect.poll(() => numbers(events), { timeout: 3000 }).toEqual(['1'])
  expect(log).toEqual([expect.stringContaining('shard-1: AccessDeniedException')])
})

test('a stream that is written all the time is not polled for each record', async () => {
  const stream = await startFakeStream()
  stream.open('shard-1')
  const { events } = await mapStream(stream, () => undefined)
  const start = performance.now()
  for (let number = 1; number <= 100; number++) {
    stream.write('shard-1', String(number))
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  await expect.poll(() => numbers(events).length, { timeout: 10_000 }).toBe(100)
  const polls = stream.calls.filter((operation) => operation === 'GetRecords').length
  expect(polls).toBeLessThanOrEqual(2 + (performance.now() - start) / 250)
})
