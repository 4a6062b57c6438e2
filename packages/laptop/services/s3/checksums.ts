import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { AwsError } from '../../door/aws-error.ts'

export type Algorithm = 'crc32' | 'sha1' | 'sha256'
/** The value is in base64, as in requests. */
export type Checksum = { algorithm: Algorithm; value: string }

type Digest = { update(piece: Buffer): unknown; digest(): Buffer }

const DIGESTS: Record<Algorithm | 'md5', { bytes: number; start: () => Digest }> = {
  crc32: { bytes: 4, start: startCrc32 },
  md5: { bytes: 16, start: () => createHash('md5') },
  sha1: { bytes: 20, start: () => createHash('sha1') },
  sha256: { bytes: 32, start: () => createHash('sha256') },
}

const CHECKSUM_HEADER = /^x-amz-checksum-(?!mode$|type$|algorithm$)(.+)$/

export function isAlgorithm(name: string): name is Algorithm {
  return name !== 'md5' && Object.hasOwn(DIGESTS, name)
}

export const checksumElement = ({ algorithm, value }: Checksum): [name: string, value: string] => [
  `Checksum${algorithm.toUpperCase()}`,
  value,
]

export const checksumHeader = (algorithm: Algorithm) => `x-amz-checksum-${algorithm}`

export function digestOf(algorithm: Algorithm | 'md5', data: Buffer): Buffer {
  const digest = DIGESTS[algorithm].start()
  digest.update(data)
  return digest.digest()
}

/** The algorithm of the checksum in an upload's headers, or of the one that they announce for the trailer. */
export function announcedAlgorithm(headers: Record<string, string>): Algorithm | undefined {
  const announced = [...Object.keys(headers), headers['x-amz-trailer']?.toLowerCase() ?? '']
  const names = new Set(announced.flatMap((header) => CHECKSUM_HEADER.exec(header)?.[1] ?? []))
  const [name, another] = names
  if (name === undefined) return undefined
  if (another !== undefined) {
    const message = 'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.'
    throw new AwsError('InvalidRequest', 400, message)
  }
  if (!isAlgorithm(name))
    throw new AwsError('NotImplemented', 501, `The laptop cloud cannot compute x-amz-checksum-${name}`)
  assertWellFormed(headers, checksumHeader(name), DIGESTS[name].bytes, 'InvalidRequest')
  return name
}

function assertContentMd5(headers: Record<string, string>): void {
  assertWellFormed(headers, 'content-md5', DIGESTS.md5.bytes, 'InvalidDigest')
}

function assertWellFormed(headers: Record<string, string>, name: string, length: number, code: string): void {
  const value = headers[name]
  if (value === undefined) return
  const bytes = Buffer.from(value, 'base64')
  if (bytes.length === length && bytes.toString('base64') === value) return
  throw new AwsError(code, 400, `Value for ${name} header is invalid.`)
}

export type Proof = {
  update(piece: Buffer): void
  /** Hexadecimal, for an ETag. */
  etagDigest(): string
  /** Throws BadDigest unless the bytes are what these headers say. */
  prove(headers: Record<string, string>): Checksum | undefined
}

/** Reads the bytes of an upload once, for its ETag and for all checksums that the headers announced. */
export function startProof(headers: Record<string, string>, etagFrom: 'md5' | 'sha256'): Proof {
  assertContentMd5(headers)
  const announced = announcedAlgorithm(headers)
  const wanted = new Set<Algorithm | 'md5'>([etagFrom])
  if (announced !== undefined) wanted.add(announced)
  if (headers['content-md5'] !== undefined) wanted.add('md5')
  const running = new Map([...wanted].map((name) => [name, DIGESTS[name].start()]))
  const results = new Map<string, Buffer>()
  const result = (name: Algorithm | 'md5') => {
    const digest = results.get(name) ?? running.get(name)?.digest() ?? Buffer.alloc(0)
    results.set(name, digest)
    return digest
  }
  return {
    update(piece) {
      for (const digest of running.values()) digest.update(piece)
    },
    etagDigest: () => result(etagFrom).toString('hex'),
    prove(sent) {
      const md5 = sent['content-md5']
      if (md5 !== undefined && md5 !== result('md5').toString('base64')) throw badDigest('Content-MD5')
      if (announced === undefined) return undefined
      const value = result(announced).toString('base64')
      if (sent[checksumHeader(announced)] !== value) throw badDigest(announced.toUpperCase())
      return { algorithm: announced, value }
    },
  }
}

export function badDigest(what: string): AwsError {
  return new AwsError('BadDigest', 400, `The ${what} you specified did not match the calculated checksum.`)
}

function startCrc32(): Digest {
  let value = 0
  return {
    update(piece) {
      value = crc32(piece, value)
    },
    digest() {
      const bytes = Buffer.alloc(4)
      bytes.writeUInt32BE(value)
      return bytes
    },
  }
}
