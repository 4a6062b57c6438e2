import { expect } from 'vitest'
import { expectNoSecret, remember, secretsIn } from './known-secrets.ts'
import { findRoute, misfit, type Route } from './openapi.ts'
import { BASE_URL } from './pace.ts'

export type Answer<Body> = { status: number; headers: Headers; text: string; body: Body }
export type Problem = { type: string; title: string; status: number; code: string; errors?: { field: string }[] }

type Sent = {
  token?: string
  headers?: Record<string, string>
  json?: unknown
  /** Sent as it is, with no content type but the one in `headers`. */
  body?: string | Uint8Array<ArrayBuffer>
  /** Many at once on one item: being asked to come again is a fair answer. */
  mayBeBusy?: true
}

const TIME_LIMIT = 120_000

/** One request. Whatever the answer, it must be one that the deployment's own OpenAPI document describes. */
export async function call<Body = unknown>(method: string, target: string, sent: Sent = {}): Promise<Answer<Body>> {
  secretsIn(sent.json).forEach(remember)
  if (sent.token) remember(sent.token)
  const headers = {
    ...(sent.json === undefined ? {} : { 'content-type': 'application/json' }),
    ...(sent.token ? { authorization: `Bearer ${sent.token}` } : {}),
    ...sent.headers,
  }
  const body = sent.json === undefined ? sent.body : JSON.stringify(sent.json)
  const response = await fetch(`${BASE_URL}${target}`, {
    method,
    headers,
    // What an answer leads to is no part of it.
    redirect: 'manual',
    signal: AbortSignal.timeout(TIME_LIMIT),
    // Text would bring a content type of its own.
    ...(body === undefined ? {} : { body: typeof body === 'string' ? Buffer.from(body) : body }),
  })
  const text = await response.text()
  const answer = { status: response.status, headers: response.headers, text, body: text ? JSON.parse(text) : undefined }
  checkAnswer(`${method} ${target.split('?')[0]}`, sent, answer)
  return answer
}

function checkAnswer(name: string, sent: Sent, answer: Answer<unknown>): void {
  const where = `${name} -> ${answer.status}`
  checkAvailability(where, sent, answer)
  const [method = '', path = ''] = name.split(' ')
  const route = findRoute(method, path)
  if (route) checkDocumented(where, route, answer)
  else checkUndocumented(where, method, answer)
  checkSecrets(where, answer)
  if (route?.operation.requestBody && answer.status < 300) {
    const place = ['paths', route.path, method.toLowerCase(), 'requestBody', 'content', 'application/json', 'schema']
    const json = sent.json ?? JSON.parse(Buffer.from(sent.body ?? '').toString())
    expect(misfit(place, json), `${where} took a body that its own schema refuses`).toBeUndefined()
  }
}

function checkAvailability(where: string, { mayBeBusy }: Sent, { status, headers, text }: Answer<unknown>): void {
  if (status === 503 && mayBeBusy) expect(headers.get('retry-after'), where).toMatch(/^\d+$/)
  else expect(status, `${where}: ${text}`).toBeLessThan(500)
}

function checkDocumented(where: string, { method, path, operation }: Route, answer: Answer<unknown>): void {
  const { status, headers, text, body } = answer
  const documented = operation.responses[status]
  expect(documented, `${where} is documented`).toBeDefined()
  const type = headers.get('content-type')?.split(';')[0] ?? ''
  if (!documented?.content) {
    expect(text, `${where} has no body`).toBe('')
  } else {
    expect(Object.keys(documented.content), `${where} has a documented content type`).toContain(type)
    const place = ['paths', path, method.toLowerCase(), 'responses', String(status), 'content', type, 'schema']
    expect(misfit(place, body), `${where} fits its schema`).toBeUndefined()
  }
  const madeByGateway = status >= 400 && type === 'application/json'
  if (!madeByGateway) checkHandlerHeaders(where, headers)
  if (type === 'application/problem+json') checkProblem(where, answer as Answer<Problem>)
}

function checkHandlerHeaders(where: string, headers: Headers): void {
  expect(headers.get('cache-control'), where).toBe('no-store')
  expect(headers.get('x-content-type-options'), where).toBe('nosniff')
  expect(headers.get('strict-transport-security'), where).toMatch(/^max-age=\d{8,}/)
}

function checkProblem(where: string, { status, body }: Answer<Problem>): void {
  expect(body.status, where).toBe(status)
  expect(body.type, where).toBe(`urn:lethe:problem:${body.code}`)
}

/** What no route takes is answered by the gateway: a 404, or for a preflight whatever the deployment thinks of origins. */
function checkUndocumented(where: string, method: string, { status, body }: Answer<unknown>): void {
  if (method === 'OPTIONS' && status < 300) return
  if (method === 'OPTIONS') expect([403, 404], where).toContain(status)
  else expect(status, where).toBe(404)
  if (method !== 'HEAD') {
    expect(misfit(['components', 'schemas', 'GatewayError'], body), `${where} fits GatewayError`).toBeUndefined()
  }
}

/** What an answer gives out is told in it, and in none that is not there to give it. */
function checkSecrets(where: string, { status, headers, text, body }: Answer<unknown>): void {
  const location = status === 302 ? (headers.get('location') ?? '') : ''
  const given = status < 400 ? secretsIn({ ...(body as object | undefined), location }) : []
  const rest = given.reduce((remaining, secret) => remaining.replaceAll(secret, ''), text)
  expectNoSecret(rest, where)
  given.forEach(remember)
}

export function expectProblem(answer: Answer<unknown>, status: number, code: string): void {
  expect({ status: answer.status, code: (answer.body as Problem | undefined)?.code }).toEqual({ status, code })
}

/** The gateway's own refusal: no function ran. */
export function expectUnauthorized(answer: Answer<unknown>): void {
  expect({ status: answer.status, body: answer.body }).toEqual({ status: 401, body: { message: 'Unauthorized' } })
}
