import { describe, expect, it } from 'vitest'
import { AwsError } from '../../../local/door/aws-error.ts'
import { unchunked } from '../../../local/door/read-request.ts'

function decode(framed: string, headers: Record<string, string>) {
  const request = { method: 'PUT', path: '/b/k', query: {}, headers, body: Buffer.from(framed) }
  try {
    const { body, headers: decoded } = unchunked(request)
    return { body: body.toString(), headers: decoded }
  } catch (error) {
    if (error instanceof AwsError) return error.code
    throw error
  }
}

const CHUNK = '5\r\nhello\r\n0\r\n'
const SIZED = { 'x-amz-decoded-content-length': '5' }
const ANNOUNCED = { ...SIZED, 'x-amz-trailer': 'x-amz-checksum-crc32' }

describe('an upload in aws-chunked form', () => {
  it('becomes the plain upload, its trailer a header', () => {
    const headers = { ...ANNOUNCED, 'content-encoding': 'aws-chunked' }
    expect(decode(`${CHUNK}x-amz-checksum-crc32:NhCmhg==\r\n\r\n`, headers)).toEqual({
      body: 'hello',
      headers: { ...ANNOUNCED, 'x-amz-checksum-crc32': 'NhCmhg==' },
    })
  })

  it('keeps the encoding that the client chose itself', () => {
    expect(decode(`${CHUNK}\r\n`, { ...SIZED, 'content-encoding': 'gzip, aws-chunked' })).toMatchObject({
      headers: { 'content-encoding': 'gzip' },
    })
  })

  it.each<[what: string, framed: string, headers: Record<string, string>, code: string]>([
    ['without its length', `${CHUNK}\r\n`, {}, 'IncompleteBody'],
    ['of another length', `${CHUNK}\r\n`, { 'x-amz-decoded-content-length': '6' }, 'IncompleteBody'],
    ['whose trailer is missing', `${CHUNK}\r\n`, ANNOUNCED, 'MalformedTrailerError'],
    ['with a trailer nobody announced', `${CHUNK}x-amz-acl:public-read\r\n\r\n`, SIZED, 'MalformedTrailerError'],
  ])('%s is refused', (_what, framed, headers, code) => {
    expect(decode(framed, headers)).toBe(code)
  })
})
