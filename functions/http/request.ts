import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { type GenericSchema, safeParse } from 'valibot'
import { LetheError } from '../errors.ts'
import type { Contract, Input } from './contract.ts'

const MAX_BODY_BYTES = 256 * 1024
const MAX_USER_AGENT = 256

/** Emulators keep the case of header names; the gateway sends them in lower case. */
function lowerCased(headers: APIGatewayProxyEventV2['headers'] = {}) {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

export function readRequest<C extends Contract>(contract: C, event: APIGatewayProxyEventV2, now: number): Input<C> {
  const headers = lowerCased(event.headers)
  if (contract.givesTokens && headers['idempotency-key'] !== undefined) throw new LetheError('header_refused')
  const { http } = event.requestContext
  return {
    path: parse('path', contract.path, event.pathParameters ?? {}),
    query: parse('query', contract.query, event.queryStringParameters ?? {}),
    body: readBody(contract.body, event, headers['content-type']),
    headers,
    sourceIp: http.sourceIp ?? '',
    userAgent: (headers['user-agent'] ?? '').slice(0, MAX_USER_AGENT).toWellFormed(),
    now,
  } as Input<C>
}

function readBody(schema: GenericSchema | undefined, event: APIGatewayProxyEventV2, contentType = '') {
  const text = event.body ?? ''
  // Base64 needs four characters for three bytes, so a text above twice the limit is too large without decoding it.
  if (text.length > MAX_BODY_BYTES * 2) throw new LetheError('body_too_large')
  const bytes = Buffer.from(text, event.isBase64Encoded ? 'base64' : 'utf8')
  if (bytes.length > MAX_BODY_BYTES) throw new LetheError('body_too_large')
  if (!schema) {
    if (bytes.length > 0) throw refused('body', 'takes no body')
    return undefined
  }
  if (!/^application\/json *(; *charset="?utf-8"?)?$/i.test(contentType.trim())) {
    throw new LetheError('unsupported_media_type')
  }
  const sent = parseJson(bytes)
  const body = parse('', schema, sent)
  // valibot accepts an array as an object without fields.
  if (Array.isArray(sent)) throw refused('body', 'must be an object')
  return body
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new LetheError('invalid_json', { cause })
  }
}

function parse(place: string, schema: GenericSchema | undefined, input: unknown): unknown {
  if (!schema) {
    const [unknown] = Object.keys(input ?? {})
    if (unknown !== undefined) throw refused(nameOf([place, unknown]), 'is unknown')
    return undefined
  }
  const result = safeParse(schema, input)
  if (result.success) return result.output
  throw new LetheError('invalid_input', {
    errors: result.issues.map(({ path = [], message }) => ({
      field: nameOf([place, ...path.map(({ key }) => key)]),
      // The default messages quote what was received, which may be a secret.
      message: message.replace(/ but received .*$/s, ''),
    })),
  })
}

/** Names a field in the answer only if it looks like a name: a client can send a secret as a key by mistake. */
function nameOf(path: unknown[]): string {
  const names = path.filter((part) => part !== '').map(String)
  return names.map((name) => (/^[a-z_]\w{0,19}$/i.test(name) ? name : '?')).join('.')
}

function refused(field: string, message: string): LetheError {
  return new LetheError('invalid_input', { errors: [{ field, message }] })
}
