import { createHash } from 'node:crypto'
import type { Answer, Call } from '../../door/call.ts'
import { provedChecksums } from './checksums.ts'
import { writeCondition } from './conditions.ts'
import type { BucketFiles } from './object-files.ts'

const KEPT = ['content-type', 'cache-control', 'content-disposition', 'content-encoding', 'content-language']

export async function putObject(files: BucketFiles, key: string, call: Call): Promise<Answer> {
  const { headers, body } = call
  const checksums = provedChecksums(headers, body)
  const precondition = writeCondition(headers)
  const kept = Object.entries(headers).filter(([name]) => KEPT.includes(name) || name.startsWith('x-amz-meta-'))
  const etag = `"${createHash('md5').update(body).digest('hex')}"`
  const object = {
    key,
    body,
    size: body.length,
    etag,
    lastModified: new Date().toUTCString(),
    headers: { 'content-type': 'binary/octet-stream', ...Object.fromEntries(kept), ...checksums },
  }
  await files.put(object, precondition)
  return { status: 200, headers: { etag, 'x-amz-server-side-encryption': 'AES256', ...checksums }, body: '' }
}
