import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import type { BusEvent } from '../../events/event.ts'
import { type SchedulesOptions, startSchedules } from '../../events/schedules.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { anEvent } from './an-event.ts'

const ARN = 'arn:aws:events:us-east-1:000000000000:rule/State-Sweep'
const HOUR = 3_600_000

let stateFolder: string
let published: BusEvent[]
let lines: string[]
beforeEach(() => {
  stateFolder = temporaryFolder()
  published = []
  lines = []
})

function start(periodMilliseconds: number | undefined, options: Partial<SchedulesOptions> = {}) {
  const schedules = startSchedules({
    rules: [{ arn: ARN, periodMilliseconds }],
    stateFolder,
    publish: async (event) => void published.push(event),
    report: (line) => lines.push(line),
    ...options,
  })
  onTestFinished(schedules.close)
  return schedules
}

const file = () => join(stateFolder, 'schedules.json')
const lastRun = (): number => JSON.parse(readFileSync(file(), 'utf8'))[ARN]
const ranAt = (time: number) => writeFileSync(file(), JSON.stringify({ [ARN]: time }))
const quiet = (milliseconds = 60) => new Promise((resolve) => setTimeout(resolve, milliseconds))

test('the first run comes after one period, the next ones a period later each, as scheduled events', async () => {
  const begin = Date.now()
  start(100)
  await quiet(50)
  expect(published).toEqual([])
  await expect.poll(() => published.length, { interval: 5 }).toBe(3)
  expect(Date.now() - begin).toBeGreaterThanOrEqual(300)
  expect(published[0]).toEqual({
    ...anEvent(),
    id: expect.any(String),
    time: expect.any(String),
    source: 'aws.events',
    'detail-type': 'Scheduled Event',
    resources: [ARN],
  })
})

test('restarts do not postpone a run: the time since the last one, or since the first start, counts', async () => {
  const first = start(HOUR)
  const since = lastRun()
  await first.close()
  await quiet(10)
  await start(HOUR).close()
  expect(lastRun()).toBe(since)
  ranAt(Date.now() - HOUR + 100)
  start(HOUR)
  await quiet(50)
  expect(published).toEqual([])
  await expect.poll(() => published.length, { interval: 5 }).toBe(1)
})

test('what is overdue runs at once, once, and is remembered', async () => {
  ranAt(Date.now() - 10 * HOUR)
  const begin = Date.now()
  start(HOUR)
  await expect.poll(() => published.length).toBe(1)
  await quiet()
  expect(published).toHaveLength(1)
  expect(lastRun()).toBeGreaterThanOrEqual(begin)
})

test('a clock that was set back does not postpone a run by more than a period', async () => {
  ranAt(Date.now() + 24 * HOUR)
  start(100)
  await expect.poll(() => published.length).toBe(1)
})

test('a run that could not be told is reported and not remembered; the next one comes', async () => {
  ranAt(1)
  let failures = 1
  start(100, {
    async publish(event) {
      failures -= 1
      if (failures >= 0) throw new Error('disk full')
      published.push(event)
    },
  })
  await expect.poll(() => lines).toEqual([`the schedule ${ARN} missed a run: Error: disk full`])
  expect(lastRun()).toBe(1)
  await expect.poll(() => published.length).toBe(1)
})

test('a close waits for the run that is being told and ends the rest', async () => {
  ranAt(1)
  const telling = Promise.withResolvers<void>()
  const told: string[] = []
  const { close } = start(50, {
    async publish(event) {
      told.push(event.id)
      await telling.promise
    },
  })
  await expect.poll(() => told.length).toBe(1)
  const closing = close()
  setTimeout(telling.resolve, 30)
  await closing
  expect(lastRun()).toBeGreaterThan(1)
  await quiet(100)
  expect(told).toHaveLength(1)
})

test('a rule without a period never runs, and without any there is nothing to remember', async () => {
  start(undefined)
  await quiet()
  expect(published).toEqual([])
  expect(() => readFileSync(file())).toThrow('ENOENT')
})

test('damage is named', () => {
  writeFileSync(file(), '{"x":"y"}')
  expect(() => start(100)).toThrow('schedules.json is damaged')
})
