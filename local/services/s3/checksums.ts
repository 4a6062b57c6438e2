import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { AwsError } from '../../door/aws-error.ts'

const ALGORITHMS: Record<string, (body: Buffer) => Buffer> = {
  'x-amz-checksum-crc32': (body) => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(crc32(body))
    return bytes
  },
  'x-amz-checksum-sha1': (body) => createHash('sha1').update(body).digest(),
  'x-amz-checksum-sha256': (body) => createHash('sha256').update(body).digest(),
}

const isChecksum = (name: string) => name.startsWith('x-amz-checksum-') && !/-(mode|type|algorithm)$/.test(name)

/** The checksums a client sent, proved against the body; throws AWS's refusal for one that is wrong or unknown. */
export function provedChecksums(headers: Record<string, string>, body: Buffer): Record<string, string> {
  const md5 = headers['content-md5']
  if (md5 !== undefined && createHash('md5').update(body).digest('base64') !== md5) throw badDigest('Content-MD5')
  const proved: Record<string, string> = {}
  for (const name of Object.keys(headers).filter(isChecksum)) {
    const compute = Object.hasOwn(ALGORITHMS, name) ? ALGORITHMS[name] : undefined
    if (compute === undefined) throw new AwsError('NotImplemented', 501, `The laptop cloud cannot compute ${name}`)
    const expected = compute(body).toString('base64')
    if (headers[name] !== expected) throw badDigest(name.slice('x-amz-checksum-'.length).toUpperCase())
    proved[name] = expected
  }
  return proved
}

function badDigest(algorithm: string): AwsError {
  return new AwsError('BadDigest', 400, `The ${algorithm} you specified did not match the calculated checksum.`)
}
