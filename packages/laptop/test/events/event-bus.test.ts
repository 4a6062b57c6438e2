import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import type { BusEvent } from '../../events/event.ts'
import { openEventBus, type Recipient, Undeliverable } from '../../events/event-bus.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { anEvent } from './an-event.ts'

let folder: string
let lines: string[]
beforeEach(() => {
  folder = temporaryFolder()
  lines = []
})

type Took = { taken: string[]; givenUp: string[] }

/** Keeps the ids of the events that it gets. `deliver` may refuse them. */
function recipient(change: Partial<Recipient> = {}): Recipient & Took {
  const taken: string[] = []
  const givenUp: string[] = []
  return {
    name: 'the recipient',
    matches: () => true,
    retries: 185,
    ageSeconds: 86_400,
    ...change,
    taken,
    givenUp,
    async deliver(event, signal) {
      await change.deliver?.(event, signal)
      taken.push(event.id)
    },
    async giveUp({ id }, error) {
      givenUp.push(`${id}: ${error}`)
    },
  }
}

async function open(...recipients: Recipient[]) {
  const bus = await openEventBus({ recipients, folder, report: (line) => lines.push(line) })
  onTestFinished(bus.close)
  return bus
}

/** Refuses an event so many times, then takes it. */
function refusing(times: number) {
  let left = times
  return async () => {
    left -= 1
    if (left >= 0) throw new Error('not now')
  }
}

const remembered = () => readdirSync(folder)

test('an event reaches everyone it matches, and is then forgotten', async () => {
  const [first, second] = [recipient(), recipient()]
  const stranger = recipient({ matches: ({ source }) => source === 'other' })
  const bus = await open(first, second, stranger)
  const event = anEvent()
  await bus.publish(event)
  await expect.poll(() => [first.taken, second.taken, stranger.taken]).toEqual([[event.id], [event.id], []])
  await expect.poll(remembered).toEqual([])
})

test('an event for nobody is not remembered', async () => {
  const bus = await open(recipient({ matches: () => false }))
  await bus.publish(anEvent())
  expect(remembered()).toEqual([])
})

test('an event is on the disk before anyone gets it, and when its publisher is told', async () => {
  const seen: string[][] = []
  const hesitant = recipient({
    async deliver() {
      seen.push(remembered())
    },
  })
  const bus = await open(hesitant)
  const event = anEvent()
  await bus.publish(event)
  await expect.poll(() => seen).toEqual([[`${event.id}.json`]])
})

test('who cannot take an event now is asked again, alone', async () => {
  const [busy, other] = [recipient({ deliver: refusing(1) }), recipient()]
  const bus = await open(busy, other)
  const event = anEvent()
  await bus.publish(event)
  await expect.poll(() => busy.taken, { timeout: 3000 }).toEqual([event.id])
  expect(other.taken).toEqual([event.id])
  expect(lines).toEqual([`the recipient did not take event ${event.id} and will be asked again: Error: not now`])
})

test.each<[why: string, limits: Partial<Recipient>, time: string, error: Error]>([
  ['after its retries', { retries: 0 }, new Date().toISOString(), new Error('not now')],
  ['after its time', { ageSeconds: 60 }, '2026-01-01T00:00:00Z', new Error('not now')],
  ['where trying is of no use', {}, new Date().toISOString(), new Undeliverable('barred')],
])('an event is given up %s, and forgotten', async (_why, limits, time, error) => {
  const never = recipient({ ...limits, deliver: () => Promise.reject(error) })
  const bus = await open(never)
  const event = anEvent({ time })
  await bus.publish(event)
  await expect.poll(() => never.givenUp).toEqual([`${event.id}: ${error}`])
  await expect.poll(remembered).toEqual([])
  expect(lines).toEqual([])
})

test('what was not delivered before a close is delivered after the next start, on resume', async () => {
  const before = await open(recipient({ deliver: refusing(100) }))
  const event = anEvent({ detail: { key: 'o/1' } })
  await before.publish(event)
  await expect.poll(() => lines.length).toBe(1)
  await before.close()
  const got: BusEvent[] = []
  const after = recipient({
    async deliver(delivered) {
      got.push(delivered)
    },
  })
  const bus = await open(after)
  expect(got).toEqual([])
  bus.resume()
  await expect.poll(() => got).toEqual([event])
  await expect.poll(remembered).toEqual([])
})

test('a close waits for a delivery that runs, and cuts the wait for another try short', async () => {
  const running = Promise.withResolvers<void>()
  const slow = recipient({ deliver: () => running.promise })
  const refused = recipient({ deliver: refusing(100) })
  const bus = await open(slow, refused)
  const event = anEvent()
  await bus.publish(event)
  await expect.poll(() => lines.length).toBe(1)
  let isClosed = false
  const closing = bus.close().then(() => {
    isClosed = true
  })
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(isClosed).toBe(false)
  running.resolve()
  await closing
  expect(slow.taken).toEqual([event.id])
  expect(remembered()).toEqual([`${event.id}.json`])
})

test('a recipient that gives in to the signal gets the event again after the next start', async () => {
  const cutOff = recipient({
    deliver: (_event, signal) => new Promise((_resolve, reject) => (signal.onabort = () => reject(signal.reason))),
    retries: 0,
  })
  const bus = await open(cutOff)
  await bus.publish(anEvent())
  await bus.close()
  expect(cutOff.givenUp).toEqual([])
  expect(remembered()).toHaveLength(1)
})

test('an event that comes after the close is kept for the next start', async () => {
  const closed = recipient()
  const bus = await open(closed)
  await bus.close()
  await bus.publish(anEvent())
  expect(closed.taken).toEqual([])
  expect(remembered()).toHaveLength(1)
})

test('half an event that a crash left is removed; a damaged one stops the start and is named', async () => {
  writeFileSync(join(folder, 'half.json.new'), '{"ver')
  await open()
  expect(remembered()).toEqual([])
  writeFileSync(join(folder, 'whole.json'), '{"version":"0"}')
  await expect(open()).rejects.toThrow(`${join(folder, 'whole.json')} does not hold an event`)
  expect(readFileSync(join(folder, 'whole.json'), 'utf8')).toBe('{"version":"0"}')
})
