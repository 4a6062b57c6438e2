import type { IncomingMessage } from 'node:http'
import { AwsError } from './aws-error.ts'
import type { RequestHead } from './call.ts'

const MAX_BODY_BYTES = 16 * 1024 * 1024

export function readHead(message: IncomingMessage): RequestHead {
  const target = message.url ?? '/'
  const question = target.indexOf('?')
  const path = question < 0 ? target : target.slice(0, question)
  const headers: Record<string, string> = {}
  for (const name in message.headers) {
    const value = message.headers[name]
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(',') : value
  }
  return {
    method: message.method ?? 'GET',
    path,
    query: readQuery(question < 0 ? '' : target.slice(question + 1)),
    headers,
  }
}

/**
 * The query is read once, for signature, permissions and service. If these read it in different ways, a request could
 * be checked as one thing and done as another.
 */
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

/** For everything but uploads to S3. Listening costs a third of what iterating over the message does. */
export function readWhole(message: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = []
    let length = 0
    message.on('data', (piece: Buffer) => {
      length += piece.length
      if (length <= MAX_BODY_BYTES) pieces.push(piece)
      else reject(new AwsError('EntityTooLarge', 400, `The door takes at most ${MAX_BODY_BYTES} bytes`))
    })
    message.once('end', () => resolve(pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces)))
    message.once('error', reject)
  })
}
