import type { Work } from '../functions/http/row.ts'
import type { Route, Trigger } from '../functions/rows.ts'
import type { Zone } from '../functions/zones.ts'

export type Zones = { readonly [name: string]: Partial<Zone> }

/** With more routes, the function of a zone starts more slowly than a function for one route would. */
const MOST_ROUTES = 13

/** Stops the synthesis with one sentence that names the row. */
export function checkRows(routes: readonly Route[], zones: Zones): void {
  checkKeys(routes)
  for (const route of routes) checkZone(route, zones)
  for (const [zone, rows] of Map.groupBy(routes, (route) => route.zone)) checkNeighbours(zone, rows)
}

/** API Gateway does not tell apart paths that differ only in the names of their variables. */
function checkKeys(routes: readonly Route[]): void {
  const seen = new Map<string, Route>()
  for (const route of routes) {
    const key = nameOf(route).replace(/\{\w+/g, '{')
    const other = seen.get(key)
    if (other) throw new Error(`Two rows are ${nameOf(route)}: ${other.entry} and ${route.entry}.`)
    seen.set(key, route)
  }
}

function checkZone(route: Route, zones: Zones): void {
  const zone = zones[route.zone]
  if (!zone) throw new Error(`The row ${nameOf(route)} is in no zone: functions/zones.ts has no "${route.zone}".`)
  if (!zone.memoryMib) throw new Error(`The zone "${route.zone}" of the row ${nameOf(route)} has no memory.`)
  if (!zone.seconds) throw new Error(`The zone "${route.zone}" of the row ${nameOf(route)} has no time.`)
  if (Boolean(zone.hashes) !== isHashing(route)) {
    throw new Error(`The zone "${route.zone}" mixes routes that hash with others: the row ${nameOf(route)}.`)
  }
}

/** A zone has one noun and one degree of trust. A route that reads the signing keys must be alone in its zone. */
function checkNeighbours(zone: string, rows: readonly Route[]): void {
  const [first, ...others] = rows
  if (!first) return
  for (const row of others) {
    if (row.noun !== first.noun) {
      throw new Error(`The row ${nameOf(row)} is of another noun than ${nameOf(first)} in its zone "${zone}".`)
    }
    if (row.auth !== first.auth) {
      throw new Error(`The zone "${zone}" mixes public routes with others: the row ${nameOf(row)} is ${row.auth}.`)
    }
  }
  const signer = rows.find(({ touches }) => touches.keyRing !== undefined)
  if (signer && others.length > 0) {
    throw new Error(`The zone "${zone}" mixes a signer with others: the row ${nameOf(signer)} must stand alone.`)
  }
  const tooMany = rows[MOST_ROUTES]
  if (tooMany) {
    throw new Error(
      `The zone "${zone}" has more than ${MOST_ROUTES} routes: the row ${nameOf(tooMany)} is one too many.`,
    )
  }
}

/** Who knows what a hash costs makes hashes. */
const isHashing = ({ knows }: Work) => knows?.includes('PASSWORD_MEMORY_MIB') ?? false

/** Each queue has one reader, which decides how long its messages stay hidden; the deployment wakes one function. */
export function checkTriggers(triggers: readonly Trigger[]): void {
  const seen = new Map<string, Trigger>()
  for (const trigger of triggers) {
    const { source, entry } = trigger
    if (!(trigger.seconds > 0)) throw new Error(`The row ${entry} has no time.`)
    if (Boolean(trigger.hashes) !== isHashing(trigger)) {
      throw new Error(`The row ${entry} hashes passwords and does not say so, or says so and does not.`)
    }
    const only = source.kind === 'queue' ? `the queue ${source.queue}` : source.kind
    const other = only === 'schedule' || only === 'operator' || only === 'stream' ? undefined : seen.get(only)
    if (other) throw new Error(`Two rows are for ${only}: ${other.entry} and ${entry}.`)
    seen.set(only, trigger)
  }
}

const nameOf = ({ method, path }: Route) => `${method} ${path}`
