import { type Route, workOf } from '../functions/rows.ts'
import type { Zone } from '../functions/zones.ts'
import { checkRows, type Zones } from './check-rows.ts'
import type { Settings } from './settings.ts'

/** One function of the API: the routes that it serves, and what they may do together. */
export type RouteFunction = ReturnType<typeof workOf> & {
  /** The name of its zone, or, with a function for each route, the entry of that route. */
  readonly name: string
  readonly routes: readonly Route[]
  readonly zone: Zone
}

/** One function per zone is deployed. One function per route, from the same rows, tests every row by itself. */
export function routeFunctions(per: Settings['functionPer'], routes: readonly Route[], zones: Zones): RouteFunction[] {
  checkRows(routes, zones)
  const groups = Map.groupBy(routes, (route) => (per === 'zone' ? route.zone : route.entry))
  return [...groups].map(([name, rows]) => ({
    name,
    routes: rows,
    zone: zones[rows[0]?.zone ?? ''] as Zone,
    ...workOf(rows),
  }))
}
