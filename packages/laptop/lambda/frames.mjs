// @ts-check
/**
 * The messages between the laptop cloud and a function's process: the length of a head, the length of a body, the head
 * as JSON, and the body as text, which is passed on without being parsed. One message is one write.
 */
const LENGTHS = 8

/** @typedef {{ head: any, body: string }} Message */

/** @param {object} head @param {string} [body] @returns {Buffer} */
export function frameOf(head, body = '') {
  const text = JSON.stringify(head)
  const headBytes = Buffer.byteLength(text)
  const bodyBytes = Buffer.byteLength(body)
  const frame = Buffer.allocUnsafe(LENGTHS + headBytes + bodyBytes)
  frame.writeUInt32LE(headBytes, 0)
  frame.writeUInt32LE(bodyBytes, 4)
  frame.write(text, LENGTHS)
  frame.write(body, LENGTHS + headBytes)
  return frame
}

/** Takes what a stream brings, in whatever pieces, and gives each whole message. @param {(message: Message) => void} take */
export function frameReader(take) {
  /** @type {Buffer[]} */
  let pieces = []
  let size = 0
  let needed = LENGTHS

  /** @param {Buffer} bytes The size of the message at their beginning; that of its lengths as long as these are missing. */
  const sizeOf = (bytes) => (bytes.length < LENGTHS ? LENGTHS : LENGTHS + bytes.readUInt32LE(0) + bytes.readUInt32LE(4))

  return (/** @type {Buffer} */ piece) => {
    pieces.push(piece)
    size += piece.length
    if (size < needed) return
    let bytes = pieces.length === 1 ? piece : Buffer.concat(pieces)
    for (needed = sizeOf(bytes); bytes.length >= needed && needed > LENGTHS; needed = sizeOf(bytes)) {
      const bodyStart = LENGTHS + bytes.readUInt32LE(0)
      take({
        head: JSON.parse(bytes.toString('utf8', LENGTHS, bodyStart)),
        body: bytes.toString('utf8', bodyStart, needed),
      })
      bytes = bytes.subarray(needed)
    }
    pieces = bytes.length > 0 ? [bytes] : []
    size = bytes.length
  }
}
