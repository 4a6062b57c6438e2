import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { decodeAwsChunked } from '../../door/aws-chunked.ts'

/** Sends the text in pieces of so many bytes. */
function piecesOf(text: string, size: number): AsyncIterable<Buffer> {
  const whole = Buffer.from(text)
  const count = Math.ceil(whole.length / size)
  return Readable.from(Array.from({ length: count }, (_, index) => whole.subarray(index * size, (index + 1) * size)))
}

async function decode(text: string, size = 1000) {
  const trailers: Record<string, string> = {}
  const body = await buffer(decodeAwsChunked(piecesOf(text, size), trailers))
  return { body: body.toString(), trailers }
}

describe('an aws-chunked body', () => {
  it.each([1, 2, 3, 7, 1000])('is its chunks, and trailers by lower-case name, in pieces of %i', async (size) => {
    const framed = '5\r\nhello\r\n1\r\n!\r\n0\r\nX-Amz-Checksum-Crc32: AAAA\r\n\r\n'
    expect(await decode(framed, size)).toEqual({ body: 'hello!', trailers: { 'x-amz-checksum-crc32': 'AAAA' } })
  })

  it('may be empty', async () => {
    expect(await decode('0\r\n\r\n')).toEqual({ body: '', trailers: {} })
  })

  it('gives its bytes before its end has come', async () => {
    async function* unfinished() {
      yield Buffer.from('5\r\nhel')
      throw new Error('cut')
    }
    const decoded = decodeAwsChunked(unfinished(), {})
    expect((await decoded.next()).value?.toString()).toBe('hel')
    await expect(decoded.next()).rejects.toThrow('cut')
  })

  it.each([
    ['a chunk shorter than it says', '9\r\nhello\r\n0\r\n\r\n'],
    ['a chunk longer than it says', '4\r\nhello\r\n0\r\n\r\n'],
    ['a size that is no number', 'x\r\nhello\r\n0\r\n\r\n'],
    ['a negative size', '-1\r\nhello\r\n0\r\n\r\n'],
    ['a signed chunk', '5;chunk-signature=0\r\nhello\r\n0\r\n\r\n'],
    ['no last chunk', '5\r\nhello\r\n'],
    ['no empty line at its end', '5\r\nhello\r\n0\r\n'],
    ['bytes after its end', '0\r\n\r\n0'],
    ['a trailer without a name', '5\r\nhello\r\n0\r\nAAAA\r\n\r\n'],
    ['a line without end', 'a'.repeat(20_000)],
  ])('with %s is refused', async (_what, text) => {
    await expect(decode(text)).rejects.toMatchObject({ code: 'IncompleteBody', status: 400 })
  })
})
