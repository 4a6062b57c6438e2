import { expect, test } from 'vitest'
import { scanContent } from '../../events/scan-content.ts'

// Written in other parts than in the scanner, and never in one piece.
const EICAR = Buffer.from(['X5O!P%@AP[4\\PZX54(P^)7CC)7}$', 'EICAR-STANDARD-ANTIVIRUS', '-TEST-FILE!$H+H*'].join(''))

async function* chunksOf(content: Buffer, size: number) {
  for (let start = 0; start < content.length; start += size) yield content.subarray(start, start + size)
}
const scan = (content: Buffer, size = content.length || 1) =>
  scanContent(chunksOf(content, size), new AbortController().signal)

test('the test file is what it should be', () => {
  expect(EICAR).toHaveLength(68)
})

test('the test file is found at every place, cut at every border', async () => {
  for (const before of [0, 1, 67, 68, 500]) {
    const content = Buffer.concat([Buffer.alloc(before, 'x'), EICAR, Buffer.alloc(100, 'y')])
    for (let size = 1; size <= content.length; size += 1) {
      expect(await scan(content, size), `${before} bytes before, chunks of ${size}`).toBe('infected')
    }
  }
})

test('all but the test file is clean', async () => {
  expect(await scan(Buffer.alloc(0))).toBe('clean')
  expect(await scan(Buffer.from('hello'))).toBe('clean')
  expect(await scan(EICAR.subarray(0, 67))).toBe('clean')
  expect(await scan(EICAR.subarray(1))).toBe('clean')
  expect(await scan(Buffer.concat([EICAR.subarray(0, 30), Buffer.from(' '), EICAR.subarray(30)]), 7)).toBe('clean')
})

/** The start of a local file header: signature, version, general purpose flags. */
const zip = (flags: number, rest = 'rest') =>
  Buffer.concat([Buffer.from('PK\x03\x04\x14\x00', 'latin1'), Buffer.of(flags, 0), Buffer.from(rest)])

test.each([1, 3, 6, 7, 8, 100])('an encrypted ZIP cannot be read, in chunks of %i', async (size) => {
  expect(await scan(zip(1), size)).toBe('unreadable')
  expect(await scan(zip(9), size)).toBe('unreadable')
  expect(await scan(zip(8), size)).toBe('clean')
  expect(await scan(Buffer.from('xPK\x03\x04\x14\x01\x01\x01', 'latin1'), size)).toBe('clean')
})

test('a header that ends too soon is no encrypted ZIP', async () => {
  expect(await scan(zip(1).subarray(0, 6))).toBe('clean')
})

test('what lies open in an encrypted ZIP is found all the same', async () => {
  expect(await scan(Buffer.concat([zip(1), EICAR]))).toBe('infected')
})

test('the signal cuts a scan off', async () => {
  const stop = new AbortController()
  async function* endless() {
    for (let read = 0; ; read += 1) {
      if (read === 3) stop.abort()
      yield Buffer.from('more')
    }
  }
  await expect(scanContent(endless(), stop.signal)).rejects.toThrow('aborted')
})
