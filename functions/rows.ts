import * as accounts from './accounts/rows.ts'
import * as contents from './contents/rows.ts'
import * as files from './files/rows.ts'
import type { RouteRow, Touches, TriggerRow, Work } from './http/row.ts'
import * as keys from './keys/rows.ts'
import * as sessions from './sessions/rows.ts'
import * as sharing from './sharing/rows.ts'
import * as system from './system/rows.ts'
import * as trash from './trash/rows.ts'
import * as uploads from './uploads/rows.ts'

type Placed = {
  /** The folder of the row. */
  readonly noun: string
  /** The file of the handler below `functions/`, without its ending. */
  readonly entry: string
}
export type Route = RouteRow & Placed
export type Trigger = TriggerRow & Placed

/** The list of all routes. Functions, roles, variables, OpenAPI, docs/routes.md and tests are made from it. */
export const routes: readonly Route[] = [
  ...placed('accounts', accounts.routes),
  ...placed('sessions', sessions.routes),
  ...placed('uploads', uploads.routes),
  ...placed('files', files.routes),
  ...placed('trash', trash.routes),
  ...placed('sharing', sharing.routes),
  ...placed('system', system.routes),
]

/** The list of all functions that an event invokes, not a request. */
export const triggers: readonly Trigger[] = [
  ...placed('keys', keys.triggers),
  ...placed('accounts', accounts.triggers),
  ...placed('sessions', sessions.triggers),
  ...placed('contents', contents.triggers),
  ...placed('uploads', uploads.triggers),
  ...placed('trash', trash.triggers),
  ...placed('system', system.triggers),
]

function placed<Row extends Work>(noun: string, rows: readonly Row[]): (Row & Placed)[] {
  return rows.map((row) => ({ ...row, noun, entry: `${noun}/${row.handler}` }))
}

export const routeKey = ({ method, path }: Pick<RouteRow, 'method' | 'path'>) => `${method} ${path}`

/** What these rows may do and know together, plus what every protected route does before its own work. */
export function workOf(rows: readonly (Work | RouteRow)[]): Required<Pick<Work, 'touches' | 'knows'>> {
  const checks = rows.some((row) => 'auth' in row && row.auth === 'jwt') ? [sessions.callerCheck] : []
  const all = [...checks, ...rows]
  const touches: { [thing: string]: readonly string[] } = {}
  for (const [thing, actions] of all.flatMap((row) => Object.entries(row.touches))) {
    touches[thing] = [...new Set([...(touches[thing] ?? []), ...actions])]
  }
  return { touches: touches as Touches, knows: [...new Set(all.flatMap(({ knows = [] }) => knows))] }
}
