import * as v from 'valibot'
import { LARGEST_FILE } from '../contents/upload.ts'
import { name } from '../files/contract.ts'
import { type Contract, folderId, id, sha256, time } from '../http/contract.ts'

const size = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(LARGEST_FILE, 'must be at most 5 TiB'))
/** A media type. The only parameter it may have is a charset. */
const type = v.pipe(
  v.string(),
  v.regex(
    /^[a-z0-9][a-z0-9!#$&^_.+-]{0,62}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}(; ?charset=[a-z0-9-]{1,20})?$/,
    'must be a media type',
  ),
)

const presignedPut = v.strictObject({
  method: v.literal('PUT'),
  url: v.string(),
  /** The client must send these unchanged, in addition to the Content-Length. */
  headers: v.record(v.string(), v.string()),
  expiresAt: time,
})

const upload = v.strictObject({
  id,
  state: v.picklist(['pending', 'ready', 'dead']),
  /** Left out where it is a new version of `fileId`. */
  folderId: v.optional(folderId),
  name: v.string(),
  size: v.number(),
  type: v.string(),
  partSize: v.optional(v.number()),
  fileId: v.optional(id),
  why: v.optional(v.string()),
  createdAt: time,
})

const common = { size, type: v.optional(type, 'application/octet-stream'), sha256: v.optional(sha256) }

export const createUpload = {
  summary:
    'Begin an upload: up to 16 MiB by one PUT with the SHA-256 of the whole, above that in parts of `partSize`. A name that the folder has already becomes a new version, as `fileId` does of that file.',
  body: v.union([
    v.strictObject({ folderId: v.optional(folderId), name, ...common }),
    v.strictObject({ fileId: id, ...common }),
    v.strictObject({ path: v.pipe(v.string(), v.maxLength(4096, 'is too long')), ...common }),
  ]),
  answers: { 201: v.strictObject({ upload, put: v.optional(presignedPut) }) },
  problems: [
    'name_invalid',
    'name_taken',
    'file_not_found',
    'folder_not_found',
    'read_only',
    'quota_exceeded',
    'too_many_uploads',
  ],
  repeatable: true,
} as const satisfies Contract

export const listUploads = {
  summary: 'Open uploads into my folders, whoever began them, so that any device can go on with mine.',
  answers: { 200: v.strictObject({ uploads: v.array(upload) }) },
} as const satisfies Contract

const path = v.strictObject({ id })
const part = v.strictObject({ number: v.number(), size: v.number(), sha256: v.string(), etag: v.string() })

export const getUpload = {
  summary: 'An upload, and which of its parts are there.',
  path,
  query: v.strictObject({ after: v.optional(v.pipe(v.string(), v.regex(/^\d{1,5}$/, 'must be a part number'))) }),
  answers: { 200: v.strictObject({ upload, parts: v.array(part), nextAfter: v.optional(v.number()) }) },
  problems: ['upload_not_found'],
} as const satisfies Contract

const over = ['upload_not_found', 'upload_finished', 'upload_dead'] as const

export const signParts = {
  summary: 'URLs for parts, each for exactly the bytes it was asked for.',
  path,
  body: v.strictObject({
    parts: v.pipe(
      v.array(v.strictObject({ number: v.pipe(v.number(), v.safeInteger()), size, sha256 })),
      v.minLength(1, 'must not be empty'),
      v.maxLength(100, 'must be at most 100'),
    ),
  }),
  answers: { 200: v.strictObject({ parts: v.array(v.strictObject({ number: v.number(), ...presignedPut.entries })) }) },
  problems: [...over, 'part_refused', 'file_not_found', 'folder_not_found', 'read_only'],
} as const satisfies Contract

export const completeUpload = {
  summary: 'All was sent: 200 when the file is there, 202 while its parts are being put together.',
  path,
  answers: { 200: v.strictObject({ upload }), 202: v.strictObject({ upload }) },
  problems: ['upload_not_found', 'upload_dead', 'upload_incomplete'],
} as const satisfies Contract

export const endUpload = {
  summary: 'Give an upload up: its room is free again, what was sent is thrown away.',
  path,
  answers: { 204: null },
  problems: ['upload_not_found', 'upload_finished'],
} as const satisfies Contract
