import * as v from 'valibot'
import { item, placement } from '../files/contract.ts'
import { type Contract, id, time } from '../http/contract.ts'
import { nextCursor, page } from '../http/page.ts'

const path = v.strictObject({ id })

const trashed = v.strictObject({
  /** The item as it was, with the folder it was in. That folder may be gone by now. */
  item,
  trashedAt: time,
  trashedBy: id,
  goneAt: time,
})

export const listTrash = {
  summary: 'What was put into my trash, newest first. What lies below a folder in it is not listed on its own.',
  query: v.strictObject(page),
  answers: { 200: v.strictObject({ trashed: v.array(trashed), nextCursor }) },
  problems: ['invalid_cursor'],
} as const satisfies Contract

export const restoreItem = {
  summary: 'Take a file or folder out of the trash, to where it was or to another folder. Repeating it is harmless.',
  path,
  body: placement,
  answers: { 200: item },
  problems: ['item_not_found', 'folder_not_found', 'read_only', 'owner_only', 'name_invalid', 'name_taken', 'too_deep'],
} as const satisfies Contract

export const removeItem = {
  summary: 'Remove a file or folder in the trash for good, with whatever lies below it.',
  path,
  answers: { 204: null },
  problems: ['item_not_found'],
} as const satisfies Contract

export const trashFile = {
  summary: 'Put a file into the trash.',
  path,
  answers: { 204: null },
  problems: ['file_not_found', 'read_only', 'owner_only', 'version_conflict'],
  versioned: true,
} as const satisfies Contract

export const trashFolder = {
  summary: 'Put a folder into the trash, with whatever lies below it.',
  path,
  answers: { 204: null },
  problems: ['folder_not_found', 'read_only', 'owner_only', 'version_conflict'],
  versioned: true,
} as const satisfies Contract
