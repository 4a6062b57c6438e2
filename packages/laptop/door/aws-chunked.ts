import { AwsError } from './aws-error.ts'

const LINE_END = '\r\n'
const LONGEST_LINE = 8192

/**
 * Decodes a stream of `STREAMING-UNSIGNED-PAYLOAD-TRAILER`: chunks of `<hex size>\r\n<bytes>\r\n`, then `0\r\n`, then
 * trailer lines and an empty line. The trailers are put into `trailers`, by lower-case name.
 */
export async function* decodeAwsChunked(
  encoded: AsyncIterable<Buffer>,
  trailers: Record<string, string>,
): AsyncGenerator<Buffer> {
  const input = encoded[Symbol.asyncIterator]()
  try {
    const { line, take, isAtEnd } = readerOf(input)
    for (let size = sizeIn(await line()); size > 0; size = sizeIn(await line())) {
      yield* take(size)
      if ((await line()) !== '') throw brokenFraming()
    }
    for (let text = await line(); text !== ''; text = await line()) addTrailer(text, trailers)
    if (!(await isAtEnd())) throw brokenFraming()
  } finally {
    await input.return?.()
  }
}

function readerOf(input: AsyncIterator<Buffer>) {
  let rest: Buffer = Buffer.alloc(0)
  const readMore = async (): Promise<boolean> => {
    const next = await input.next()
    if (next.done) return false
    rest = rest.length === 0 ? next.value : Buffer.concat([rest, next.value])
    return true
  }
  return {
    async line(): Promise<string> {
      for (;;) {
        const end = rest.indexOf(LINE_END)
        if (end >= 0) {
          const text = rest.toString('latin1', 0, end)
          rest = rest.subarray(end + LINE_END.length)
          return text
        }
        if (rest.length > LONGEST_LINE || !(await readMore())) throw brokenFraming()
      }
    },
    async *take(size: number): AsyncGenerator<Buffer> {
      for (let left = size; left > 0; ) {
        if (rest.length === 0 && !(await readMore())) throw brokenFraming()
        const piece = rest.subarray(0, left)
        rest = rest.subarray(piece.length)
        left -= piece.length
        if (piece.length > 0) yield piece
      }
    },
    isAtEnd: async () => rest.length === 0 && !(await readMore()),
  }
}

function sizeIn(line: string): number {
  if (!/^[0-9a-fA-F]{1,8}$/.test(line)) throw brokenFraming()
  return Number.parseInt(line, 16)
}

function addTrailer(line: string, trailers: Record<string, string>): void {
  const colon = line.indexOf(':')
  if (colon < 1) throw brokenFraming()
  trailers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim()
}

function brokenFraming(): AwsError {
  return new AwsError('IncompleteBody', 400, 'The aws-chunked body is not what its headers announce')
}
