import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import type { Json, JsonObject } from '../model.ts'

/** A little longer than a stream keeps its records, which is 24 hours. */
const KEEP_MS = 25 * 3_600_000
/** How far a record's time, which may be in whole seconds, may differ from the time of the deletion. */
const TOLERANCE_MS = 2_000

type Expiry = { table: string; keys: JsonObject; attribute: string; value: Json; at: number }

export type TtlLedger = {
  /** Call it before the deletion: the stream record can be read as soon as it exists. */
  add(expiry: Expiry): void
  /** Call it when the deletion did not happen. */
  withdraw(expiry: Expiry): void
  /** Whether this stream record belongs to one of these deletions. */
  explains(table: string, record: JsonObject): boolean
}

/** Remembers which items the laptop cloud deleted as expired: the stream records of dynoxide do not tell. */
export function openTtlLedger(path: string): TtlLedger {
  const byItem = new Map<string, Expiry[]>()
  const remember = (expiry: Expiry) => {
    const item = itemOf(expiry.table, expiry.keys)
    byItem.set(item, [...(byItem.get(item) ?? []), expiry])
  }
  const kept = readExpiries(path).filter(({ at }) => at > Date.now() - KEEP_MS)
  writeFileSync(path, kept.map(line).join(''))
  kept.forEach(remember)
  return {
    add(expiry) {
      appendFileSync(path, line(expiry))
      remember(expiry)
    },
    withdraw(expiry) {
      const item = itemOf(expiry.table, expiry.keys)
      byItem.set(
        item,
        (byItem.get(item) ?? []).filter((other) => other !== expiry),
      )
    },
    explains(table, { eventName, dynamodb: change }) {
      if (eventName !== 'REMOVE' || !isObject(change) || !isObject(change.Keys)) return false
      const { Keys, OldImage, ApproximateCreationDateTime: seconds } = change
      return (byItem.get(itemOf(table, Keys)) ?? []).some(
        ({ at, attribute, value }) =>
          Math.abs(at - Number(seconds) * 1000) <= TOLERANCE_MS &&
          (!isObject(OldImage) || isDeepStrictEqual(value, OldImage[attribute])),
      )
    },
  }
}

const itemOf = (table: string, keys: JsonObject) => JSON.stringify([table, Object.entries(keys).sort()])
const line = (expiry: Expiry) => `${JSON.stringify(expiry)}\n`

function readExpiries(path: string): Expiry[] {
  if (!existsSync(path)) return []
  // The last line may be cut short by a kill. Its deletion did not happen: drop it.
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1)
  return lines.map((text) => JSON.parse(text))
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
