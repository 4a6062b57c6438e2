import { createHash } from 'node:crypto'
import { decodeAwsChunked } from './aws-chunked.ts'
import { AwsError, refuse } from './aws-error.ts'
import type { RequestHead, Upload } from './call.ts'
import { CHUNKED, UNSIGNED } from './sigv4.ts'

/** The limit for one PUT, of an object or of a part. */
const LARGEST_BYTES = 5 * 1024 ** 3

/** Checks the headers at once, and the bytes as they come. `payloadHash` is the one that was signed. */
export function openUpload(head: RequestHead, payloadHash: string, body: AsyncIterable<Buffer>): Upload {
  const trailers: Record<string, string> = {}
  if (payloadHash !== CHUNKED) {
    const length = lengthIn(head, 'content-length')
    return { length, bytes: exactly(length, payloadHash, body), trailers }
  }
  const length = lengthIn(head, 'x-amz-decoded-content-length')
  const decoded = withTrailer(decodeAwsChunked(body, trailers), head.headers['x-amz-trailer']?.toLowerCase(), trailers)
  return { length, bytes: exactly(length, UNSIGNED, decoded), trailers }
}

/** `aws-chunked` says how the bytes were sent. It is not an encoding of the object. */
export function withoutChunkedEncoding(headers: Record<string, string>): Record<string, string> {
  const { 'content-encoding': encoding, ...others } = headers
  const encodings = (encoding ?? '').split(',').map((name) => name.trim())
  const rest = encodings.filter((name) => name !== 'aws-chunked' && name !== '').join(',')
  return rest === '' ? others : { ...others, 'content-encoding': rest }
}

function lengthIn({ headers }: RequestHead, name: string): number {
  const text = headers[name]
  if (text === undefined)
    throw new AwsError('MissingContentLength', 411, 'You must provide the Content-Length HTTP header.')
  if (!/^\d{1,15}$/.test(text)) throw new AwsError('InvalidArgument', 400, `${name} is no length: ${text}`)
  const length = Number(text)
  if (length > LARGEST_BYTES)
    throw new AwsError('EntityTooLarge', 400, 'Your proposed upload exceeds the maximum allowed size')
  return length
}

async function* exactly(length: number, payloadHash: string, bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const hash = payloadHash === UNSIGNED ? undefined : createHash('sha256')
  let received = 0
  for await (const piece of bytes) {
    received += piece.length
    if (received > length) throw incomplete()
    hash?.update(piece)
    yield piece
  }
  if (received < length) throw incomplete()
  if (hash !== undefined && hash.digest('hex') !== payloadHash) throw wrongPayloadHash()
}

function incomplete(): AwsError {
  return new AwsError(
    'IncompleteBody',
    400,
    'You did not provide the number of bytes specified by the Content-Length HTTP header.',
  )
}

/** For S3's other operations, whose bodies are small. */
export function provedWhole(body: Buffer, payloadHash: string): Buffer {
  if (payloadHash === UNSIGNED) return body
  if (createHash('sha256').update(body).digest('hex') !== payloadHash) throw wrongPayloadHash()
  return body
}

function wrongPayloadHash(): AwsError {
  return refuse('s3', 'bodyMismatch', "The provided 'x-amz-content-sha256' header does not match what was computed.")
}

/** Passes the bytes on, then compares the trailers with those that the headers announced. */
async function* withTrailer(
  bytes: AsyncIterable<Buffer>,
  announced: string | undefined,
  trailers: Record<string, string>,
): AsyncGenerator<Buffer> {
  yield* bytes
  const stranger = Object.keys(trailers).find((name) => name !== announced)
  if (stranger !== undefined)
    throw new AwsError('MalformedTrailerError', 400, `The trailer ${stranger} was not announced`)
  if (announced !== undefined && trailers[announced] === undefined) {
    throw new AwsError('MalformedTrailerError', 400, `The announced trailer ${announced} is missing`)
  }
}
