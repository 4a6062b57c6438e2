import { giveBack } from '../give-back.ts'

/** The test file that every scanner reports. Written in parts, so that scanners do not report this file. */
const EICAR = Buffer.from(['X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR', 'STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('-'))

/** So many of its bytes may be in one of two chunks. */
const SEAM = EICAR.length - 1

const ZIP_LOCAL_FILE = Buffer.from('PK\x03\x04', 'latin1')
const ZIP_FLAGS_OFFSET = 6
const ZIP_ENCRYPTED = 1

export type Finding = 'clean' | 'infected' | 'unreadable'

/** Rejects if the content cannot be read to its end, or the signal comes first. Do not use the chunks afterwards. */
export async function scanContent(content: AsyncIterable<Buffer>, signal: AbortSignal): Promise<Finding> {
  let head = Buffer.alloc(0)
  let tail = Buffer.alloc(0)
  for await (const chunk of content) {
    signal.throwIfAborted()
    if (head.length <= ZIP_FLAGS_OFFSET) head = Buffer.concat([head, chunk.subarray(0, ZIP_FLAGS_OFFSET + 1)])
    const seam = Buffer.concat([tail, chunk.subarray(0, SEAM)])
    if (seam.includes(EICAR) || chunk.includes(EICAR)) return 'infected'
    tail = Buffer.concat([tail, chunk.subarray(-SEAM)]).subarray(-SEAM)
    giveBack([chunk])
  }
  return isEncryptedZip(head) ? 'unreadable' : 'clean'
}

/** Whether the first file in it is encrypted: no scanner can read that. */
function isEncryptedZip(head: Buffer): boolean {
  const flags = head.at(ZIP_FLAGS_OFFSET) ?? 0
  return head.indexOf(ZIP_LOCAL_FILE) === 0 && (flags & ZIP_ENCRYPTED) !== 0
}
