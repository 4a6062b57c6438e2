import * as v from 'valibot'
import { type Header, type HttpAnswer, ownAnswer } from './answer.ts'

const scalar = v.union([v.string(), v.number(), v.boolean()])

/** What a function may answer in payload format 2.0. Other members, such as multiValueHeaders, are ignored. */
const structured = v.object({
  statusCode: v.pipe(
    v.union([v.number(), v.pipe(v.string(), v.digits(), v.transform(Number))]),
    v.integer(),
    v.minValue(200),
    v.maxValue(599),
  ),
  headers: v.nullish(v.record(v.string(), scalar), {}),
  cookies: v.nullish(v.array(v.string()), []),
  body: v.nullish(v.string(), ''),
  isBase64Encoded: v.nullish(v.boolean(), false),
})

/** Headers that only the gateway sets: a function's values for them are dropped. */
const OVERRULED = new Set(['apigw-requestid', 'connection', 'content-length', 'keep-alive', 'transfer-encoding'])

/** Makes an HTTP answer of a function's result. A malformed result becomes the gateway's own 500. */
export function functionAnswer(payload: string): HttpAnswer {
  const result: unknown = parse(payload)
  if (result === undefined) return ownAnswer(500, 'the function answered something that is not JSON')
  if (typeof result !== 'object' || result === null || !('statusCode' in result)) return inferred(result, payload)
  const parsed = v.safeParse(structured, result)
  if (!parsed.success) {
    const issue = parsed.issues[0]
    return ownAnswer(500, `malformed answer of the function: ${v.getDotPath(issue)}: ${issue.message}`)
  }
  const { statusCode: status, cookies, body, isBase64Encoded } = parsed.output
  const headers = headersOf(parsed.output.headers, body !== '')
  const answer: HttpAnswer = {
    status,
    headers: [...cookies.map((cookie): Header => ['set-cookie', cookie]), ...headers],
    body: isBase64Encoded ? Buffer.from(body, 'base64') : body,
  }
  const unsendable = answer.headers.find(([name, value]) => !isSendable(name, value))
  return unsendable ? ownAnswer(500, `malformed answer of the function: the header ${unsendable[0]}`) : answer
}

/** Without a statusCode the whole result is the body of a 200. */
function inferred(result: unknown, payload: string): HttpAnswer {
  return {
    status: 200,
    headers: [['content-type', 'application/json']],
    body: typeof result === 'string' ? result : payload,
  }
}

function headersOf(headers: Record<string, string | number | boolean>, hasBody: boolean): Header[] {
  const given = Object.entries(headers)
    .map(([name, value]): Header => [name.toLowerCase(), String(value)])
    .filter(([name]) => !OVERRULED.has(name))
  // Not checked on AWS: which type it sends when a function names none.
  const complete = !hasBody || given.some(([name]) => name === 'content-type')
  return complete ? given : [...given, ['content-type', 'text/plain;charset=UTF-8']]
}

function isSendable(name: string, value: string): boolean {
  return /^[\w!#$%&'*+.^`|~-]+$/.test(name) && /^[\t\x20-\x7e\x80-\xff]*$/.test(value)
}

function parse(payload: string): unknown {
  try {
    return JSON.parse(payload)
  } catch {
    return undefined
  }
}
