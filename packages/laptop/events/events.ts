import { join } from 'node:path'
import type { BusEvent } from './event.ts'
import { openEventBus } from './event-bus.ts'
import { readRules } from './rule.ts'
import { type ReadObject, SCANNER_SOURCE, scanner } from './scanner.ts'
import { type Schedules, startSchedules } from './schedules.ts'
import { type TargetServices, targetsOf } from './targets.ts'

export type EventsOptions = TargetServices & { stream: ReadObject; stateFolder: string }

export type Events = {
  /** Resolves when the event is on the disk. */
  publish(event: BusEvent): Promise<void>
  /** Delivers the events that were left at the last stop, and starts the schedules. */
  start(): void
  /** Waits for running deliveries and invocations. Other events are delivered after the next start. */
  close(): Promise<void>
}

/** EventBridge: the rules and schedules of the assembly, and a scanner if a rule names one. */
export async function openEvents(options: EventsOptions): Promise<Events> {
  const { resources, stream, stateFolder, report } = options
  const rules = readRules(resources)
  const recipients = rules.flatMap((rule) => targetsOf(rule, options))
  if (rules.some(({ sources }) => sources.includes(SCANNER_SOURCE))) {
    recipients.push(scanner({ stream, publish: (event) => bus.publish(event), report }))
  }
  const bus = await openEventBus({ recipients, folder: join(stateFolder, 'events'), report })
  let schedules: Schedules | undefined
  return {
    publish: bus.publish,
    start() {
      bus.resume()
      schedules = startSchedules({ rules, stateFolder, publish: bus.publish, report })
    },
    async close() {
      await schedules?.close()
      await bus.close()
    },
  }
}
