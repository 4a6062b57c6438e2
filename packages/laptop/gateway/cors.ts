import type { Header } from './answer.ts'
import type { CorsConfiguration } from './api-properties.ts'

/** Where CORS is configured it is the gateway's alone: what a function says of it is dropped. */
export function withoutCors(headers: Header[]): Header[] {
  return headers.filter(([name]) => !name.startsWith('access-control-'))
}

/** What every answer carries. A request of another origin gets no CORS headers. */
export function corsHeaders(cors: CorsConfiguration, origin: string | undefined): Header[] {
  const allowed = allowedOrigin(cors, origin)
  if (!allowed) return []
  return [
    ['access-control-allow-origin', allowed],
    ...(cors.AllowCredentials ? [['access-control-allow-credentials', 'true'] satisfies Header] : []),
    ...list('access-control-expose-headers', cors.ExposeHeaders),
  ]
}

/** What the answer to a preflight request carries besides. */
export function preflightHeaders(cors: CorsConfiguration, origin: string | undefined): Header[] {
  if (!allowedOrigin(cors, origin)) return []
  return [
    ...list('access-control-allow-methods', cors.AllowMethods),
    ...list('access-control-allow-headers', cors.AllowHeaders),
    ...list('access-control-max-age', cors.MaxAge === undefined ? [] : [String(cors.MaxAge)]),
  ]
}

function allowedOrigin({ AllowOrigins }: CorsConfiguration, origin: string | undefined): string | undefined {
  if (!origin) return undefined
  if (AllowOrigins.includes('*')) return '*'
  const scheme = origin.slice(0, origin.indexOf('://'))
  return AllowOrigins.includes(origin) || AllowOrigins.includes(`${scheme}://*`) ? origin : undefined
}

function list(name: string, values: string[]): Header[] {
  return values.length > 0 ? [[name, values.join(',')]] : []
}
