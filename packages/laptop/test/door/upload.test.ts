import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { AwsError } from '../../door/aws-error.ts'
import { CHUNKED, UNSIGNED } from '../../door/sigv4.ts'
import { openUpload, withoutChunkedEncoding } from '../../door/upload.ts'

const GIB = 1024 ** 3
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

async function receive(text: string, headers: Record<string, string>, payloadHash = UNSIGNED) {
  try {
    const head = { method: 'PUT', path: '/b/k', query: {}, headers }
    const { length, bytes, trailers } = openUpload(head, payloadHash, Readable.from([Buffer.from(text)]))
    return { length, body: (await buffer(bytes)).toString(), trailers }
  } catch (error) {
    if (error instanceof AwsError) return `${error.status} ${error.code}`
    throw error
  }
}

describe('an upload', () => {
  it('is the bytes that its length announces', async () => {
    expect(await receive('hello', { 'content-length': '5' })).toEqual({ length: 5, body: 'hello', trailers: {} })
  })

  it('must be what its signature vouches for', async () => {
    const headers = { 'content-length': '5' }
    expect(await receive('hello', headers, sha256('hello'))).toMatchObject({ body: 'hello' })
    expect(await receive('hellO', headers, sha256('hello'))).toBe('400 XAmzContentSHA256Mismatch')
  })

  it.each<[what: string, headers: Record<string, string>, refusal: string]>([
    ['without a length', {}, '411 MissingContentLength'],
    ['shorter than announced', { 'content-length': '6' }, '400 IncompleteBody'],
    ['longer than announced', { 'content-length': '4' }, '400 IncompleteBody'],
    ['with a length that is none', { 'content-length': '-5' }, '400 InvalidArgument'],
    ['of more than 5 GiB', { 'content-length': String(5 * GIB + 1) }, '400 EntityTooLarge'],
  ])('%s is refused', async (_what, headers, refusal) => {
    expect(await receive('hello', headers)).toBe(refusal)
  })
})

const FRAMED = '5\r\nhello\r\n0\r\n'
const SIZED = { 'x-amz-decoded-content-length': '5' }
const ANNOUNCED = { ...SIZED, 'x-amz-trailer': 'X-Amz-Checksum-Crc32' }

describe('an upload in aws-chunked form', () => {
  it('becomes the plain upload, and its trailer is known at the end', async () => {
    expect(await receive(`${FRAMED}x-amz-checksum-crc32:NhCmhg==\r\n\r\n`, ANNOUNCED, CHUNKED)).toEqual({
      length: 5,
      body: 'hello',
      trailers: { 'x-amz-checksum-crc32': 'NhCmhg==' },
    })
  })

  it('keeps the encoding that the client chose itself', () => {
    expect(withoutChunkedEncoding({ 'content-encoding': 'gzip, aws-chunked', etag: '1' })).toEqual({
      'content-encoding': 'gzip',
      etag: '1',
    })
    expect(withoutChunkedEncoding({ 'content-encoding': 'aws-chunked' })).toEqual({})
  })

  it.each<[what: string, framed: string, headers: Record<string, string>, refusal: string]>([
    ['without its length', `${FRAMED}\r\n`, { 'content-length': '5' }, '411 MissingContentLength'],
    ['shorter than announced', `${FRAMED}\r\n`, { 'x-amz-decoded-content-length': '6' }, '400 IncompleteBody'],
    ['longer than announced', `${FRAMED}\r\n`, { 'x-amz-decoded-content-length': '4' }, '400 IncompleteBody'],
    ['whose trailer is missing', `${FRAMED}\r\n`, ANNOUNCED, '400 MalformedTrailerError'],
    ['with a trailer nobody announced', `${FRAMED}x-amz-acl:private\r\n\r\n`, SIZED, '400 MalformedTrailerError'],
  ])('%s is refused', async (_what, framed, headers, refusal) => {
    expect(await receive(framed, headers, CHUNKED)).toBe(refusal)
  })
})
