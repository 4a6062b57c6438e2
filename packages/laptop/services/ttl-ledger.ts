import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import type { Json, JsonObject } from '../model.ts'

/** A stream keeps records for 24 h. */
const KEEP_MS = 25 * 3_600_000
/** How far the record's own time (whole seconds in some stand-ins) may lie from the deletion. */
const TOLERANCE_MS = 2_000

type Expiry = { table: string; keys: JsonObject; attribute: string; value: Json; at: number }

export type TtlLedger = {
  /** Written before the deletion: a record can be read the moment it exists. */
  add(expiry: Expiry): void
  /** The deletion did not happen. */
  withdraw(expiry: Expiry): void
  /** Whether this stream record shows one of our deletions. */
  explains(table: string, record: JsonObject): boolean
}

/** The stand-in knows no TTL deletions, so what the laptop cloud deleted is remembered beside it. */
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
  // A kill in the middle of a write leaves half a last line, of a deletion that did not follow.
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1)
  return lines.map((text) => JSON.parse(text))
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
