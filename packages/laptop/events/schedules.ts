import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as v from 'valibot'
import { readStateFile, unreadableState } from '../state.ts'
import type { BusEvent } from './event.ts'
import type { EventRule } from './rule.ts'
import { scheduledEvent } from './scheduled-event.ts'

const FILE = 'schedules.json'

export type SchedulesOptions = {
  rules: Pick<EventRule, 'arn' | 'periodMilliseconds'>[]
  stateFolder: string
  publish(event: BusEvent): Promise<void>
  report(line: string): void
}

export type Schedules = { close(): Promise<void> }

/** A new rule runs for the first time after one period. An overdue rule runs at once, but only once. */
export function startSchedules({ rules, stateFolder, publish, report }: SchedulesOptions): Schedules {
  const scheduled = rules.flatMap(({ arn, periodMilliseconds: period }) => (period ? { arn, period } : []))
  const known = readLastRuns(stateFolder)
  const lastRuns = Object.fromEntries(scheduled.map(({ arn }) => [arn, known[arn] ?? Date.now()]))
  if (scheduled.length > 0) writeLastRuns(stateFolder, lastRuns)
  const stop = new AbortController()

  async function follow({ arn, period }: { arn: string; period: number }) {
    for (;;) {
      const due = (lastRuns[arn] ?? 0) + period - Date.now()
      // The clock may have been set back since the last run.
      const wait = Math.max(Math.min(due, period), 0)
      await sleep(wait, undefined, { signal: stop.signal, ref: false }).catch(() => undefined)
      if (stop.signal.aborted) return
      lastRuns[arn] = Date.now()
      try {
        await publish(scheduledEvent(arn))
        writeLastRuns(stateFolder, lastRuns)
      } catch (error) {
        report(`the schedule ${arn} missed a run: ${error}`)
      }
    }
  }

  const running = scheduled.map(follow)
  return {
    async close() {
      stop.abort()
      await Promise.all(running)
    },
  }
}

const lastRunsSchema = v.record(v.string(), v.number())

function readLastRuns(stateFolder: string): Record<string, number> {
  const result = v.safeParse(lastRunsSchema, readStateFile(stateFolder, FILE) ?? {})
  if (result.success) return result.output
  throw unreadableState(stateFolder, `${FILE} is damaged`)
}

function writeLastRuns(stateFolder: string, lastRuns: Record<string, number>) {
  const file = join(stateFolder, FILE)
  writeFileSync(`${file}.new`, JSON.stringify(lastRuns, undefined, 2))
  renameSync(`${file}.new`, file)
}
