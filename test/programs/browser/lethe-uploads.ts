import AwsS3 from '@uppy/aws-s3'
import type { Body, Meta, Uppy, UppyFile } from '@uppy/core'
import { type Access, letheApi, pause } from './lethe-api.ts'

type LetheMeta = Meta & { uploadId?: string; fileId?: string }
type LetheFile = UppyFile<LetheMeta, Body>
export type LetheUppy = Uppy<LetheMeta, Body>
export type Lethe = Access & { folderId?: string; limit?: number }

type Put = { url: string; headers: Record<string, string> }
type Part = { number: number; size: number; sha256: string; etag: string }
type Upload = {
  id: string
  state: 'pending' | 'ready' | 'dead'
  folderId: string
  name: string
  size: number
  partSize?: number
  fileId?: string
  why?: string
}

const MIB = 2 ** 20
/** Up to here a file is one PUT; above, it goes in parts of this size or, of large files, at most 10 000 parts. */
const LARGEST_SINGLE = 16 * MIB
const partSize = (size: number) => Math.max(LARGEST_SINGLE, Math.ceil(size / 10_000 / MIB) * MIB)

/** Uppy uploads to Lethe. A file that is picked again after a crash goes on where it stopped, on whichever device. */
export function useLethe(uppy: LetheUppy, { api, accessToken, folderId = 'root', limit = 4 }: Lethe): void {
  const call = letheApi({ api, accessToken })

  async function begin(file: LetheFile, sha256?: string): Promise<{ upload: Upload; put?: Put }> {
    const { size, type } = file
    const json = { folderId, name: nameOf(file), size, type: type.split(';')[0], ...(sha256 ? { sha256 } : {}) }
    // A lost answer is asked for again without beginning a second upload.
    return call('POST', '/files', { json, headers: { 'idempotency-key': crypto.randomUUID() } })
  }

  /** The file is there when its object was checked, and of parts when they were put together. */
  async function complete(file: LetheFile, uploadId: string): Promise<string> {
    let { upload } = await call<{ upload: Upload }>('POST', `/uploads/${uploadId}/completion`)
    while (upload.state === 'pending') {
      await pause(500)
      ;({ upload } = await call<{ upload: Upload }>('GET', `/uploads/${uploadId}`))
    }
    if (!upload.fileId) throw new Error(`${file.name} was not taken: ${upload.why}`)
    uppy.setFileMeta(file.id, { fileId: upload.fileId })
    return `${api}/files/${upload.fileId}`
  }

  const filesOf = (ids: string[]) => uppy.getFiles().filter(({ id }) => ids.includes(id))

  uppy.use(AwsS3, {
    limit,
    shouldUseMultipart: ({ size }: LetheFile) => (size ?? 0) > LARGEST_SINGLE,
    getChunkSize: ({ size }) => partSize(size),

    async getUploadParameters(file) {
      const { upload, put } = await begin(file, await sha256Of(file.data as Blob))
      if (!put) throw new Error(`no URL for ${file.name}`)
      uppy.setFileMeta(file.id, { uploadId: upload.id })
      return { method: 'PUT', url: put.url, headers: put.headers }
    },

    async createMultipartUpload(file) {
      const { upload } = await begin(file)
      return { key: upload.id, uploadId: upload.id }
    },

    async signPart(_file, { uploadId, partNumber: number, body }) {
      const asked = { number, size: body.size, sha256: await sha256Of(body) }
      const { parts } = await call<{ parts: Put[] }>('POST', `/uploads/${uploadId}/parts`, { json: { parts: [asked] } })
      if (!parts[0]) throw new Error(`no URL for part ${number}`)
      return { method: 'PUT', url: parts[0].url, headers: parts[0].headers }
    },

    /** Only what is the same in this file: another of its name and size may have been begun. */
    async listParts({ data, size }, { uploadId }) {
      const length = partSize(size ?? 0)
      const found: { PartNumber: number; Size: number; ETag: string }[] = []
      let after: number | undefined = 0
      while (after !== undefined) {
        const page: { parts: Part[]; nextAfter?: number } = await call('GET', `/uploads/${uploadId}?after=${after}`)
        for (const { number, size, sha256, etag } of page.parts) {
          const mine = (data as Blob).slice((number - 1) * length, number * length)
          if ((await sha256Of(mine)) === sha256) found.push({ PartNumber: number, Size: size, ETag: etag })
        }
        after = page.nextAfter
      }
      return found
    },

    completeMultipartUpload: async (file, { uploadId }) => ({ location: await complete(file, uploadId) }),
    abortMultipartUpload: (_file, { uploadId }) => call('DELETE', `/uploads/${uploadId}`),
  })

  /** Before: what was begun and not ended is where Uppy would keep it itself. */
  uppy.addPreProcessor(async (ids) => {
    const { uploads } = await call<{ uploads: Upload[] }>('GET', '/uploads')
    const begun = uploads.filter((upload) => upload.partSize !== undefined && upload.folderId === folderId)
    for (const file of filesOf(ids)) {
      const open = begun.find(({ name, size }) => name === nameOf(file) && size === file.size)
      const s3Multipart = open && { key: open.id, uploadId: open.id }
      uppy.setFileState(file.id, { s3Multipart } as Partial<LetheFile>)
    }
  })

  /** After: a single PUT has no step of its own that would make it a file at once. */
  uppy.addPostProcessor(async (ids) => {
    for (const file of filesOf(ids)) {
      const { uploadId } = file.meta
      if (uploadId && !file.error) uppy.setFileState(file.id, { uploadURL: await complete(file, uploadId) })
    }
  })
}

/** macOS spells accents apart; Lethe knows one spelling of a name. */
const nameOf = ({ name }: LetheFile) => (name ?? '').normalize('NFC')

async function sha256Of(data: Blob): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await data.arrayBuffer())
  return btoa(String.fromCharCode(...new Uint8Array(digest)))
}
