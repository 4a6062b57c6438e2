export type Unchunked = { body: Buffer; trailers: Record<string, string> }

/**
 * Decodes `STREAMING-UNSIGNED-PAYLOAD-TRAILER`: `<hex size>\r\n<bytes>\r\n` ... `0\r\n`, then trailer lines.
 * Undefined when the framing is broken or the length is not the announced one.
 */
export function decodeAwsChunked(encoded: Buffer, announcedLength: number): Unchunked | undefined {
  const chunks: Buffer[] = []
  let position = 0
  for (;;) {
    const lineEnd = encoded.indexOf('\r\n', position)
    if (lineEnd < 0) return undefined
    const sizeText = encoded.toString('latin1', position, lineEnd)
    if (!/^[0-9a-fA-F]{1,8}$/.test(sizeText)) return undefined
    const size = Number.parseInt(sizeText, 16)
    position = lineEnd + 2
    if (size === 0) break
    if (encoded.toString('latin1', position + size, position + size + 2) !== '\r\n') return undefined
    chunks.push(encoded.subarray(position, position + size))
    position += size + 2
  }
  const body = Buffer.concat(chunks)
  const trailers = readTrailers(encoded.toString('latin1', position))
  return trailers !== undefined && body.length === announcedLength ? { body, trailers } : undefined
}

function readTrailers(text: string): Record<string, string> | undefined {
  const trailers: Record<string, string> = {}
  for (const line of text.split('\r\n')) {
    if (line === '') continue
    const colon = line.indexOf(':')
    if (colon < 1) return undefined
    trailers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim()
  }
  return trailers
}
