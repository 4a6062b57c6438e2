import { AwsError } from '../../door/aws-error.ts'
import { type Algorithm, badDigest, type Checksum, checksumElement, digestOf } from './checksums.ts'
import { writeCondition } from './conditions.ts'
import type { ObjectRecord } from './objects.ts'
import { ENCRYPTED, type S3Operation } from './operation.ts'
import { type NamedPart, readPartList } from './part-list.ts'
import type { OpenUpload, UploadedPart } from './uploads.ts'
import { checksumHeaders, versionHeader } from './written-object.ts'
import { type XmlElement, xmlAnswer } from './xml.ts'

const SMALLEST_PART_BYTES = 5 * 1024 * 1024

/** The object is a list of the files of its parts: no byte is copied. */
export const completeUpload: S3Operation = async ({ bucket, key, call, now, prepareTelling }) => {
  const { uploads, objects, data, inTurn } = bucket
  const named = readPartList(call.body.toString('utf8'))
  const condition = writeCondition(call.headers)
  const { record, checksum, tell } = await inTurn(key, async () => {
    const upload = uploads.get(key, call.query.uploadId)
    const parts = chosenParts(upload, named)
    const checksum = provedComposite(upload, parts, call.headers)
    condition(await objects.find(key))
    const record: ObjectRecord = {
      key,
      size: parts.reduce((sum, part) => sum + part.data.size, 0),
      etag: compositeEtag(parts),
      lastModified: new Date(now()).toUTCString(),
      headers: { ...upload.headers, ...checksumHeaders(checksum, 'COMPOSITE'), ...versionHeader(bucket) },
      data: parts.map((part) => part.data),
      uploadId: upload.id,
    }
    const tell = await prepareTelling(record, 'CompleteMultipartUpload')
    await objects.put(record)
    await uploads.forget(upload)
    const unused = [...upload.parts.values()].filter((part) => !parts.includes(part))
    await data.discard(unused.map((part) => part.data))
    return { record, checksum, tell }
  })
  await tell()
  const { 'x-amz-version-id': versionId } = record.headers
  return xmlAnswer(
    'CompleteMultipartUploadResult',
    [
      ['Location', `http://${call.headers.host}${call.path}`],
      ['Bucket', bucket.name],
      ['Key', key],
      ['ETag', record.etag],
      ...(checksum ? [checksumElement(checksum), ['ChecksumType', 'COMPOSITE'] satisfies XmlElement] : []),
    ],
    { ...ENCRYPTED, ...(versionId && { 'x-amz-version-id': versionId }) },
  )
}

function chosenParts(upload: OpenUpload, named: NamedPart[]): UploadedPart[] {
  let before = 0
  const parts = named.map((name) => {
    if (name.number <= before) {
      const message = 'The list of parts was not in ascending order. Parts must be ordered by part number.'
      throw new AwsError('InvalidPartOrder', 400, message)
    }
    before = name.number
    return chosenPart(upload, name)
  })
  if (parts.slice(0, -1).some(({ data }) => data.size < SMALLEST_PART_BYTES)) {
    throw new AwsError('EntityTooSmall', 400, 'Your proposed upload is smaller than the minimum allowed size')
  }
  return parts
}

function chosenPart({ algorithm, parts }: OpenUpload, { number, etag, checksums }: NamedPart): UploadedPart {
  const part = parts.get(number)
  if (part === undefined || etag.replaceAll('"', '') !== part.etag.replaceAll('"', '')) throw invalidPart()
  for (const [name, value] of checksums) {
    if (part.checksum?.algorithm !== name || part.checksum.value !== value) throw invalidPart()
  }
  if (algorithm === undefined || checksums.has(algorithm)) return part
  const message = `The upload was created using a ${algorithm} checksum. The complete request must include the checksum for each part. It was missing for part ${number} in the request.`
  throw new AwsError('InvalidRequest', 400, message)
}

function invalidPart(): AwsError {
  const message =
    "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag."
  return new AwsError('InvalidPart', 400, message)
}

/** The checksum of the parts' checksums. Throws BadDigest if the request names another one. */
function provedComposite(
  { algorithm }: OpenUpload,
  parts: UploadedPart[],
  headers: Record<string, string>,
): Checksum | undefined {
  const checksum = algorithm && { algorithm, value: compositeValue(algorithm, parts) }
  const known = checksumHeaders(checksum, 'COMPOSITE')
  const wrong = Object.keys(headers).find((name) => name.startsWith('x-amz-checksum-') && headers[name] !== known[name])
  if (wrong !== undefined) throw badDigest(wrong)
  return checksum
}

function compositeValue(algorithm: Algorithm, parts: UploadedPart[]): string {
  const each = parts.map(({ checksum }) => Buffer.from(checksum?.value ?? '', 'base64'))
  return `${digestOf(algorithm, Buffer.concat(each)).toString('base64')}-${parts.length}`
}

function compositeEtag(parts: UploadedPart[]): string {
  const each = parts.map(({ etag }) => Buffer.from(etag.replaceAll('"', ''), 'hex'))
  return `"${digestOf('md5', Buffer.concat(each)).toString('hex')}-${parts.length}"`
}
