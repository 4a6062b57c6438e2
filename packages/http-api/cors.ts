import type { IncomingMessage } from 'node:http'
import type { Header, HttpAnswer } from './answer.ts'

export type CorsRules = {
  allowCredentials: boolean
  allowHeaders: string[]
  allowMethods: string[]
  /** `*` allows every origin, `https://*` every origin of that scheme. */
  allowOrigins: string[]
  exposeHeaders: string[]
  maxAgeSeconds: number | undefined
}

/** Where CORS is configured, only the gateway sets CORS headers: those of a function are dropped. */
export function withoutCors(headers: Header[]): Header[] {
  return headers.filter(([name]) => !name.startsWith('access-control-'))
}

/** For every answer. A request of another origin gets no CORS headers. */
export function corsHeaders(cors: CorsRules, origin: string | undefined): Header[] {
  const allowed = allowedOrigin(cors, origin)
  if (!allowed) return []
  return [
    ['access-control-allow-origin', allowed],
    ...(cors.allowCredentials ? [['access-control-allow-credentials', 'true'] satisfies Header] : []),
    ...list('access-control-expose-headers', cors.exposeHeaders),
  ]
}

/** The answer to a preflight request; undefined for other requests. `send` adds the headers that every answer has. */
export function preflightAnswer(
  cors: CorsRules | undefined,
  { method, headers }: Pick<IncomingMessage, 'method' | 'headers'>,
): HttpAnswer | undefined {
  if (!cors || method !== 'OPTIONS') return undefined
  return { status: 204, headers: preflightHeaders(cors, headers.origin), body: '', reason: 'preflight' }
}

function preflightHeaders(cors: CorsRules, origin: string | undefined): Header[] {
  if (!allowedOrigin(cors, origin)) return []
  return [
    ...list('access-control-allow-methods', cors.allowMethods),
    ...list('access-control-allow-headers', cors.allowHeaders),
    ...list('access-control-max-age', cors.maxAgeSeconds === undefined ? [] : [String(cors.maxAgeSeconds)]),
  ]
}

function allowedOrigin({ allowOrigins }: CorsRules, origin: string | undefined): string | undefined {
  if (!origin) return undefined
  if (allowOrigins.includes('*')) return '*'
  const scheme = origin.slice(0, origin.indexOf('://'))
  return allowOrigins.includes(origin) || allowOrigins.includes(`${scheme}://*`) ? origin : undefined
}

function list(name: string, values: string[]): Header[] {
  return values.length > 0 ? [[name, values.join(',')]] : []
}
