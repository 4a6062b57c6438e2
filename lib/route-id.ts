import { type Route, routeKey } from '../functions/rows.ts'
import firstIds from './route-ids.json' with { type: 'json' }

/**
 * The logical id of a route must never change: CloudFormation makes a new route before it removes the old one, and API
 * Gateway takes no second route with the same key. So the id is made only from the key, and from nothing that can be
 * renamed. Routes that are older than this rule keep the id of their first deployment.
 */
export function routeId(route: Route): string {
  const key = routeKey(route)
  return Object.entries(firstIds).find(([first]) => first === key)?.[1] ?? `Route${idOfKey(key)}`
}

/** `GET /files/{id}/content` becomes `GetFilesIdContent`. */
function idOfKey(key: string): string {
  return key
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase())
    .join('')
}
