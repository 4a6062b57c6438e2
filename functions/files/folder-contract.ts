import * as v from 'valibot'
import { type Contract, folderId, id, page } from '../http/contract.ts'
import { folder, item } from './views.ts'

const name = v.pipe(v.string(), v.maxLength(1024, 'is too long'))

export const createFolder = {
  summary: 'Create a folder.',
  body: v.strictObject({ name, folderId: v.optional(folderId) }),
  answers: { 201: folder },
  problems: ['name_invalid', 'name_taken', 'folder_not_found', 'read_only', 'too_deep'],
  repeatable: true,
} as const satisfies Contract

export const getFolder = {
  summary: 'A folder.',
  path: v.strictObject({ id }),
  answers: { 200: folder },
  problems: ['folder_not_found'],
} as const satisfies Contract

export const listChildren = {
  summary: 'What a folder holds, by name, or what in it begins with `prefix`. `root` is my own.',
  path: v.strictObject({ id: folderId }),
  query: v.strictObject({ ...page, prefix: v.optional(v.pipe(v.string(), v.maxLength(255, 'is too long'))) }),
  answers: { 200: v.strictObject({ items: v.array(item), nextCursor: v.optional(v.string()) }) },
  problems: ['folder_not_found', 'invalid_cursor', 'name_invalid'],
} as const satisfies Contract

const problems = ['folder_not_found', 'read_only', 'owner_only', 'version_conflict'] as const

export const updateFolder = {
  summary: 'Rename or move a folder, whatever lies below it.',
  path: v.strictObject({ id }),
  body: v.strictObject({ name: v.optional(name), folderId: v.optional(folderId) }),
  answers: { 200: folder },
  problems: [...problems, 'name_invalid', 'name_taken', 'folder_loop', 'too_deep'],
  versioned: true,
} as const satisfies Contract

export const trashFolder = {
  summary: 'Put a folder into the trash, with whatever lies below it.',
  path: v.strictObject({ id }),
  answers: { 204: null },
  problems,
  versioned: true,
} as const satisfies Contract
