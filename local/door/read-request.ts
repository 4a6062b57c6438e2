import type { IncomingMessage } from 'node:http'
import { decodeAwsChunked } from './aws-chunked.ts'
import { AwsError } from './aws-error.ts'
import type { AwsRequest } from './call.ts'

const MAX_BODY_BYTES = 16 * 1024 * 1024

export async function readRequest(message: IncomingMessage): Promise<AwsRequest> {
  const target = message.url ?? '/'
  const question = target.indexOf('?')
  const path = question < 0 ? target : target.slice(0, question)
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(',') : value
  }
  return {
    method: message.method ?? 'GET',
    path,
    query: readQuery(question < 0 ? '' : target.slice(question + 1)),
    headers,
    body: await readBody(message),
  }
}

/** One reading of the query for signature, permission and service alike: two readings would be two requests. */
function readQuery(text: string): Record<string, string> {
  const query: Record<string, string> = {}
  for (const pair of text.split('&')) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const name = decode(equals < 0 ? pair : pair.slice(0, equals))
    if (Object.hasOwn(query, name)) throw new AwsError('InvalidArgument', 400, `The query holds ${name} more than once`)
    Object.defineProperty(query, name, { value: equals < 0 ? '' : decode(pair.slice(equals + 1)), enumerable: true })
  }
  return query
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new AwsError('InvalidURI', 400, `Couldn't parse the specified URI: ${text}`)
  }
}

async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of message) {
    const bytes: Buffer = chunk
    length += bytes.length
    if (length > MAX_BODY_BYTES)
      throw new AwsError('EntityTooLarge', 400, `The door takes at most ${MAX_BODY_BYTES} bytes`)
    chunks.push(bytes)
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)
}

/** The request as it would be without the aws-chunked framing; its trailers (checksums) become headers. */
export function unchunked(request: AwsRequest): AwsRequest {
  const announced = Number(request.headers['x-amz-decoded-content-length'])
  const decoded = Number.isInteger(announced) ? decodeAwsChunked(request.body, announced) : undefined
  if (decoded === undefined)
    throw new AwsError('IncompleteBody', 400, 'The aws-chunked body is not what its headers announce')
  const headers = { ...request.headers }
  const expected = headers['x-amz-trailer']?.toLowerCase()
  for (const [name, value] of Object.entries(decoded.trailers)) {
    if (name !== expected) throw new AwsError('MalformedTrailerError', 400, `The trailer ${name} was not announced`)
    headers[name] = value
  }
  if (expected !== undefined && headers[expected] === undefined) {
    throw new AwsError('MalformedTrailerError', 400, `The announced trailer ${expected} is missing`)
  }
  const encodings = (headers['content-encoding'] ?? '').split(',').map((encoding) => encoding.trim())
  const rest = encodings.filter((encoding) => encoding !== 'aws-chunked' && encoding !== '').join(',')
  delete headers['content-encoding']
  if (rest !== '') headers['content-encoding'] = rest
  return { ...request, headers, body: decoded.body }
}
