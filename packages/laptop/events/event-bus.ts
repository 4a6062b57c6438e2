import { pause } from '../lambda/pause.ts'
import type { BusEvent } from './event.ts'
import { openPendingEvents } from './pending-events.ts'

const FIRST_PAUSE_MILLISECONDS = 1000
const LONGEST_PAUSE_MILLISECONDS = 60_000

/** For a delivery that would fail again. */
export class Undeliverable extends Error {}

export type Recipient = {
  name: string
  matches(event: BusEvent): boolean
  /** Rejects if it must be tried again. The signal may end it early, but not after the event was taken. */
  deliver(event: BusEvent, signal: AbortSignal): Promise<void>
  retries: number
  ageSeconds: number
  /** Called for an event that cannot be delivered, or not within these limits. */
  giveUp(event: BusEvent, error: unknown): Promise<void>
}

export type EventBus = {
  /** Resolves when the event is on the disk. From then on, every matching recipient gets it at least once. */
  publish(event: BusEvent): Promise<void>
  /** Delivers the events that were left at the last stop. */
  resume(): void
  /** Waits for running deliveries. Those that wait for another try are left for the next start. */
  close(): Promise<void>
}

export type EventBusOptions = { recipients: Recipient[]; folder: string; report: (line: string) => void }

export async function openEventBus({ recipients, folder, report }: EventBusOptions): Promise<EventBus> {
  const pending = await openPendingEvents(folder)
  const stop = new AbortController()
  const underway = new Set<Promise<void>>()
  const recipientsOf = (event: BusEvent) => recipients.filter((recipient) => recipient.matches(event))

  async function deliver(event: BusEvent) {
    const bringing = recipientsOf(event).map((recipient) => bring(event, recipient, { signal: stop.signal, report }))
    const failed = (await Promise.allSettled(bringing)).find((outcome) => outcome.status === 'rejected')
    if (!failed) await pending.remove(event)
    else if (!stop.signal.aborted) throw failed.reason
  }

  function startDelivery(event: BusEvent) {
    const delivery = deliver(event)
      .catch((error) => report(`event ${event.id} stays for the next start: ${error}`))
      .finally(() => underway.delete(delivery))
    underway.add(delivery)
  }

  return {
    async publish(event) {
      if (recipientsOf(event).length === 0) return
      await pending.add(event)
      startDelivery(event)
    },
    resume() {
      for (const event of pending.left.splice(0)) startDelivery(event)
    },
    async close() {
      stop.abort()
      await Promise.all(underway)
    },
  }
}

type DeliveryOptions = { signal: AbortSignal; report: (line: string) => void }

/** Rejects if the signal comes first. */
async function bring(event: BusEvent, recipient: Recipient, { signal, report }: DeliveryOptions): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    signal.throwIfAborted()
    try {
      return await recipient.deliver(event, signal)
    } catch (error) {
      signal.throwIfAborted()
      const ageSeconds = (Date.now() - Date.parse(event.time)) / 1000
      const isOver = attempt >= recipient.retries || ageSeconds > recipient.ageSeconds
      if (isOver || error instanceof Undeliverable) return await recipient.giveUp(event, error)
      report(`${recipient.name} did not take event ${event.id} and will be asked again: ${error}`)
      await pause(Math.min(FIRST_PAUSE_MILLISECONDS * 2 ** attempt, LONGEST_PAUSE_MILLISECONDS), signal)
    }
  }
}
