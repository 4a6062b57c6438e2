export type HttpAnswer = { status: number; headers?: Record<string, string>; body?: unknown }

export type GatewayResponse = { statusCode: number; headers: Record<string, string>; body: string }

/** Nothing that Lethe answers may be kept by a cache or guessed at by a browser. */
const ALWAYS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'strict-transport-security': 'max-age=31536000',
}

export function toGateway({ status, headers, body }: HttpAnswer): GatewayResponse {
  return {
    statusCode: status,
    headers: { 'content-type': 'application/json', ...ALWAYS, ...headers },
    body: body === undefined ? '' : JSON.stringify(body),
  }
}
