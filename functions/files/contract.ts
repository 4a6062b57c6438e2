import * as v from 'valibot'
import { type Contract, folderId, id, time } from '../http/contract.ts'
import { nextCursor, page } from '../http/page.ts'
import { checkCustom, MOST_TAG_LENGTH, MOST_TAGS } from './metadata.ts'

/** Only the length is limited here. The handler checks the rest of the name. */
export const name = v.pipe(v.string(), v.maxLength(1024, 'is too long'))
/** Where an item shall be, and under which name. What is left out stays as it is. */
export const placement = v.strictObject({ name: v.optional(name), folderId: v.optional(folderId) })

export const checksum = v.strictObject({
  algorithm: v.literal('SHA-256'),
  value: v.string(),
  partSize: v.optional(v.number()),
})

const common = {
  id,
  name: v.string(),
  /** Left out when the item is shared with the caller but its folder is not. */
  folderId: v.optional(folderId),
  revision: v.number(),
  createdAt: time,
  changedAt: time,
  changedBy: id,
}
export const file = v.strictObject({
  kind: v.literal('file'),
  ...common,
  size: v.number(),
  type: v.string(),
  checksum,
  version: v.number(),
})
export const folder = v.strictObject({ kind: v.literal('folder'), ...common })
export const item = v.variant('kind', [file, folder])

const path = v.strictObject({ id })
const version = v.pipe(v.string(), v.regex(/^[1-9]\d{0,9}$/, 'must be a version'))

const scan = v.picklist(['none', 'pending', 'clean', 'infected', 'unscannable'])
const presignedGet = v.strictObject({ url: v.string(), expiresAt: time })
/** Why nobody gets a URL. */
const blocked = ['scan_pending', 'file_infected', 'file_not_scannable'] as const

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

const fileProblems = ['file_not_found', 'read_only', 'owner_only', 'version_conflict'] as const

export const updateFile = {
  summary: 'Rename or move a file.',
  path,
  body: placement,
  answers: { 200: file },
  problems: [...fileProblems, 'folder_not_found', 'name_invalid', 'name_taken', 'folder_loop', 'too_deep'],
  versioned: true,
} as const satisfies Contract

export const copyFile = {
  summary: 'Copy a file, by reference: its content is neither moved nor charged again.',
  path,
  body: placement,
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
  answers: { 200: v.strictObject({ versions: v.array(contentVersion), nextCursor }) },
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

export const createFolder = {
  summary: 'Create a folder.',
  body: v.strictObject({ name, folderId: v.optional(folderId) }),
  answers: { 201: folder },
  problems: ['name_invalid', 'name_taken', 'folder_not_found', 'read_only', 'too_deep'],
  repeatable: true,
} as const satisfies Contract

export const getFolder = {
  summary: 'A folder.',
  path,
  answers: { 200: folder },
  problems: ['folder_not_found'],
} as const satisfies Contract

export const listChildren = {
  summary: 'What a folder holds, by name, or what in it begins with `prefix`. `root` is my own.',
  path: v.strictObject({ id: folderId }),
  query: v.strictObject({ ...page, prefix: v.optional(v.pipe(v.string(), v.maxLength(255, 'is too long'))) }),
  answers: { 200: v.strictObject({ items: v.array(item), nextCursor }) },
  problems: ['folder_not_found', 'invalid_cursor', 'name_invalid'],
} as const satisfies Contract

const folderProblems = ['folder_not_found', 'read_only', 'owner_only', 'version_conflict'] as const

export const updateFolder = {
  summary: 'Rename or move a folder, whatever lies below it.',
  path,
  body: placement,
  answers: { 200: folder },
  problems: [...folderProblems, 'name_invalid', 'name_taken', 'folder_loop', 'too_deep'],
  versioned: true,
} as const satisfies Contract

const jsonObject = v.record(v.string(), v.unknown())

/** Checked before valibot copies the value: a copy would silently drop keys or fail on deep nesting. */
const custom = v.pipe(
  v.unknown(),
  v.rawCheck(({ dataset, addIssue }) => {
    const wrong = dataset.typed ? checkCustom(dataset.value) : undefined
    if (wrong) addIssue({ message: wrong })
  }),
  jsonObject,
)

const tag = v.pipe(
  v.string(),
  v.minLength(1, 'must not be empty'),
  v.maxLength(MOST_TAG_LENGTH, `must be at most ${MOST_TAG_LENGTH} characters`),
  v.check((value) => value.isWellFormed(), 'must be well-formed Unicode'),
  v.check((value) => value.normalize('NFC') === value, 'must be in Unicode normal form C'),
  v.regex(/^\P{Cc}*$/u, 'must not contain control characters'),
  v.regex(/[^\p{Z}\p{Cf}\p{M}]/u, 'must not be empty'),
)

const tags = v.pipe(
  v.array(tag),
  v.maxLength(MOST_TAGS, `must be at most ${MOST_TAGS}`),
  v.check((all) => new Set(all).size === all.length, 'must differ from each other'),
)

const metadata = v.strictObject({
  custom: jsonObject,
  tags: v.array(v.string()),
  revision: v.number(),
  /** Left out while there is no metadata yet. */
  changedAt: v.optional(time),
  changedBy: v.optional(id),
})

export const getMetadata = {
  summary: 'What is noted about a file or folder. Revision 0 says that nothing is, yet.',
  path,
  answers: { 200: metadata },
  problems: ['item_not_found'],
} as const satisfies Contract

export const putMetadata = {
  summary: 'Note this about a file or folder, in place of what was noted. If-Match "0" asks that nothing was.',
  path,
  body: v.strictObject({ custom, tags }),
  answers: { 200: metadata },
  problems: ['item_not_found', 'read_only', 'version_conflict'],
  versioned: true,
} as const satisfies Contract
