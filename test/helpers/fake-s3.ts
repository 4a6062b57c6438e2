import type { IncomingHttpHeaders } from 'node:http'
import { sumOf } from './sum-of.ts'

export const FILES_BUCKET = 'files'

type Request = { url: URL; headers: IncomingHttpHeaders; body: string }
export type S3Answer = { status: number; headers?: Record<string, string>; xml?: string }
type StoredPart = { number: number; size: number; sha256: string; at?: number }

const ACTIONS: Record<string, string> = {
  HEAD: 's3:HeadObject',
  DELETE: 's3:DeleteObject',
  'GET list-type': 's3:ListObjectsV2',
  'POST uploads': 's3:CreateMultipartUpload',
  'GET uploadId': 's3:ListParts',
  'POST uploadId': 's3:CompleteMultipartUpload',
  'DELETE uploadId': 's3:AbortMultipartUpload',
}

export const FILE_ACTIONS = Object.values(ACTIONS)

/** Undefined for requests that are not about the bucket of files. */
export function fileActionOf(method: string | undefined, { pathname, searchParams }: URL): string | undefined {
  if (pathname !== `/${FILES_BUCKET}` && !pathname.startsWith(`/${FILES_BUCKET}/`)) return undefined
  const flag = ['list-type', 'uploads', 'uploadId'].find((name) => searchParams.has(name))
  return ACTIONS[flag ? `${method} ${flag}` : String(method)]
}

/** What S3 answers when it fails; the bodies are XML, unlike those of the other services. */
export const S3_FAULTS = {
  throttled: { status: 503, xml: errorXml('SlowDown') },
  broken: { status: 500, xml: errorXml('InternalError') },
  lost: { status: 500, xml: errorXml('InternalError') },
  belated: { status: 200, xml: errorXml('InternalError') },
}

/** The bucket of files as far as functions speak to it: what is stored, and the open uploads in parts. */
export function fakeS3() {
  const stored = new Map<string, { size: number; sum: string; at: number }>()
  const uploads = new Map<string, StoredPart[]>()
  const state = { pageSize: 1000 }

  const services: { [action: string]: (request: Request, id: string) => S3Answer } = {
    's3:HeadObject': (_, id) => {
      const found = stored.get(id)
      if (!found) return { status: 404 }
      return { status: 200, headers: { 'content-length': String(found.size), 'x-amz-checksum-sha256': found.sum } }
    },
    's3:DeleteObject': (_, id) => {
      stored.delete(id)
      return { status: 204 }
    },
    's3:ListObjectsV2': ({ url }) => listing([...stored], url, state.pageSize),
    's3:CreateMultipartUpload': (_, id) => {
      const uploadId = `upload-${uploads.size + 1}-${id}`
      uploads.set(uploadId, [])
      return {
        status: 200,
        xml: xml(`<InitiateMultipartUploadResult><UploadId>${uploadId}</UploadId></InitiateMultipartUploadResult>`),
      }
    },
    's3:ListParts': ({ url }) => {
      const parts = uploads.get(url.searchParams.get('uploadId') ?? '')
      if (!parts) return { status: 404, xml: errorXml('NoSuchUpload') }
      return partsAfter(parts, Number(url.searchParams.get('part-number-marker') ?? 0), state.pageSize)
    },
    's3:CompleteMultipartUpload': ({ url, headers }, id) => {
      if (headers['if-none-match'] === '*' && stored.has(id)) {
        return { status: 412, xml: errorXml('PreconditionFailed') }
      }
      const uploadId = url.searchParams.get('uploadId') ?? ''
      const parts = uploads.get(uploadId)
      if (!parts) return { status: 404, xml: errorXml('NoSuchUpload') }
      uploads.delete(uploadId)
      const sum = `${sumOf(parts.map(({ sha256 }) => sha256).join())}-${parts.length}`
      stored.set(id, { size: parts.reduce((total, { size }) => total + size, 0), sum, at: Date.now() / 1000 })
      return {
        status: 200,
        xml: xml(`<CompleteMultipartUploadResult><ETag>"whole"</ETag></CompleteMultipartUploadResult>`),
      }
    },
    's3:AbortMultipartUpload': ({ url }) =>
      uploads.delete(url.searchParams.get('uploadId') ?? '')
        ? { status: 204 }
        : { status: 404, xml: errorXml('NoSuchUpload') },
  }

  return {
    stored,
    uploads,
    state,
    serve(action: string, request: Request): S3Answer {
      const answer = services[action]?.(request, request.url.pathname.slice(`/${FILES_BUCKET}/o/`.length))
      if (!answer) throw new Error(`this S3 has no ${action}`)
      return answer
    },
  }
}

function listing(objects: [string, { at: number; size: number }][], url: URL, pageSize: number): S3Answer {
  const after = (url.searchParams.get('start-after') ?? '').slice('o/'.length)
  const rest = objects.toSorted(([a], [b]) => (a < b ? -1 : 1)).filter(([id]) => id > after)
  const page = rest.slice(0, pageSize)
  const contents = page.map(
    ([id, { at, size }]) =>
      `<Contents><Key>o/${id}</Key><LastModified>${new Date(at * 1000).toISOString()}</LastModified><Size>${size}</Size></Contents>`,
  )
  const next = `<IsTruncated>${rest.length > page.length}</IsTruncated>`
  return { status: 200, xml: xml(`<ListBucketResult>${contents.join('')}${next}</ListBucketResult>`) }
}

function partsAfter(parts: StoredPart[], marker: number, pageSize: number): S3Answer {
  const rest = parts.filter(({ number }) => number > marker)
  const page = rest.slice(0, pageSize)
  const entries = page.map(
    ({ number, size, sha256, at = 0 }) =>
      `<Part><PartNumber>${number}</PartNumber><LastModified>${new Date(at * 1000).toISOString()}</LastModified><Size>${size}</Size><ETag>"${number}"</ETag><ChecksumSHA256>${sha256}</ChecksumSHA256></Part>`,
  )
  const isTruncated = `<IsTruncated>${rest.length > page.length}</IsTruncated>`
  return { status: 200, xml: xml(`<ListPartsResult>${isTruncated}${entries.join('')}</ListPartsResult>`) }
}

function xml(content: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>${content}`
}

function errorXml(code: string): string {
  return xml(`<Error><Code>${code}</Code><Message>${code} for a test</Message></Error>`)
}
