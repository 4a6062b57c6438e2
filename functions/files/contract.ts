import * as v from 'valibot'
import { type Contract, folderId, id, page, time } from '../http/contract.ts'
import { checksum, file } from './views.ts'

const name = v.pipe(v.string(), v.maxLength(1024, 'is too long'))
const path = v.strictObject({ id })
const version = v.pipe(v.string(), v.regex(/^[1-9]\d{0,9}$/, 'must be a version'))

export const scan = v.picklist(['none', 'pending', 'clean', 'infected', 'unscannable'])
export const presignedGet = v.strictObject({ url: v.string(), expiresAt: time })
/** Why nobody gets a URL. */
export const blocked = ['scan_pending', 'file_infected', 'file_not_scannable'] as const

export const getFile = {
  summary: 'A file, and what is known of its scan.',
  path,
  answers: { 200: v.strictObject({ ...file.entries, scan }) },
  problems: ['file_not_found'],
} as const satisfies Contract

export const getContent = {
  summary:
    'A URL of the content: as JSON where that is asked for by Accept, else as a redirect. It works for 5 minutes, for 60 seconds where the file is shared with me.',
  path,
  query: v.strictObject({
    version: v.optional(version),
    disposition: v.optional(v.picklist(['attachment', 'inline'])),
  }),
  answers: { 200: presignedGet, 302: null },
  problems: ['file_not_found', 'version_not_found', 'read_only', ...blocked],
} as const satisfies Contract

const problems = ['file_not_found', 'read_only', 'owner_only', 'version_conflict'] as const

export const updateFile = {
  summary: 'Rename or move a file.',
  path,
  body: v.strictObject({ name: v.optional(name), folderId: v.optional(folderId) }),
  answers: { 200: file },
  problems: [...problems, 'folder_not_found', 'name_invalid', 'name_taken', 'folder_loop', 'too_deep'],
  versioned: true,
} as const satisfies Contract

export const trashFile = {
  summary: 'Put a file into the trash.',
  path,
  answers: { 204: null },
  problems,
  versioned: true,
} as const satisfies Contract

export const copyFile = {
  summary: 'Copy a file, by reference: its content is neither moved nor charged again.',
  path,
  body: v.strictObject({ name: v.optional(name), folderId: v.optional(folderId) }),
  answers: { 201: file },
  problems: ['file_not_found', 'folder_not_found', 'read_only', 'owner_only', 'name_invalid', 'name_taken'],
  repeatable: true,
} as const satisfies Contract

const contentVersion = v.strictObject({
  version: v.number(),
  size: v.number(),
  type: v.string(),
  checksum,
  addedAt: time,
  addedBy: id,
  current: v.boolean(),
})

export const listVersions = {
  summary: 'The contents of a file, the current one first, then what it took the place of, newest first.',
  path,
  query: v.strictObject(page),
  answers: { 200: v.strictObject({ versions: v.array(contentVersion), nextCursor: v.optional(v.string()) }) },
  problems: ['file_not_found', 'read_only', 'invalid_cursor'],
} as const satisfies Contract

export const restoreVersion = {
  summary: 'Make an old version the current one, under a new number; what was current becomes an old version.',
  path: v.strictObject({ id, version }),
  answers: { 200: file },
  problems: ['file_not_found', 'version_not_found', 'read_only', 'version_conflict'],
  versioned: true,
} as const satisfies Contract

export const removeVersion = {
  summary: 'Remove an old version for good. The current one stays until another takes its place.',
  path: v.strictObject({ id, version }),
  answers: { 204: null },
  problems: ['file_not_found', 'version_not_found', 'owner_only', 'version_current'],
} as const satisfies Contract
