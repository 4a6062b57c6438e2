import { describe, expect, it } from 'vitest'
import { decodeAwsChunked } from '../../../local/door/aws-chunked.ts'

const decode = (text: string, length: number) => decodeAwsChunked(Buffer.from(text), length)

describe('an aws-chunked body', () => {
  it('is its chunks, and trailers by lower-case name', () => {
    const decoded = decode('5\r\nhello\r\n1\r\n!\r\n0\r\nX-Amz-Checksum-Crc32: AAAA\r\n\r\n', 6)
    expect(decoded?.body.toString()).toBe('hello!')
    expect(decoded?.trailers).toEqual({ 'x-amz-checksum-crc32': 'AAAA' })
  })

  it('may be empty', () => {
    expect(decode('0\r\n\r\n', 0)).toEqual({ body: Buffer.alloc(0), trailers: {} })
  })

  it.each([
    ['a length other than announced', '5\r\nhello\r\n0\r\n\r\n', 4],
    ['a chunk shorter than it says', '9\r\nhello\r\n0\r\n\r\n', 5],
    ['a size that is no number', 'x\r\nhello\r\n0\r\n\r\n', 5],
    ['a negative size', '-1\r\nhello\r\n0\r\n\r\n', 5],
    ['a signed chunk', '5;chunk-signature=0\r\nhello\r\n0\r\n\r\n', 5],
    ['no last chunk', '5\r\nhello\r\n', 5],
    ['a trailer without a name', '5\r\nhello\r\n0\r\nAAAA\r\n\r\n', 5],
  ])('with %s is refused', (_what, text, length) => {
    expect(decode(text, length)).toBeUndefined()
  })
})
