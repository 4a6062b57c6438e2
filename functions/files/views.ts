import type * as v from 'valibot'
import { isoTime } from '../http/contract.ts'
import type { Place } from './access.ts'
import type { checksum, file, folder } from './contract.ts'
import type { Listed, ListedOf } from './item.ts'
import type { Metadata } from './metadata-store.ts'

type FileView = v.InferOutput<typeof file>
type FolderView = v.InferOutput<typeof folder>

export function checksumView({ sum, partSize }: { sum: string; partSize?: number }): v.InferOutput<typeof checksum> {
  return { algorithm: 'SHA-256', value: sum, ...(partSize === undefined ? {} : { partSize }) }
}

/** `inFolder` is undefined when the caller may not see the folder that lists the item. */
export function folderView(listed: ListedOf<'folder'>, inFolder: string | undefined): FolderView {
  return { kind: 'folder', ...commonView(listed, inFolder) }
}

export function fileView(listed: ListedOf<'file'>, inFolder: string | undefined): FileView {
  const { size, type, version } = listed
  return { kind: 'file', ...commonView(listed, inFolder), size, type, checksum: checksumView(listed), version }
}

export const itemView = (listed: Listed, inFolder: string | undefined) =>
  listed.kind === 'file' ? fileView(listed, inFolder) : folderView(listed, inFolder)

function commonView({ id, name, v: revision, createdAt, changedAt, changedBy }: Listed, inFolder: string | undefined) {
  const times = { createdAt: isoTime(createdAt), changedAt: isoTime(changedAt), changedBy }
  return { id, name, ...(inFolder === undefined ? {} : { folderId: inFolder }), revision, ...times }
}

/** The folder that lists the item, by the id that the caller uses; undefined if the caller may not see the folder. */
export function folderOf({ node, accessAbove }: Place, caller: string): string | undefined {
  if (accessAbove === undefined) return undefined
  return folderName(node.folder, caller)
}

export const folderName = (folder: string, caller: string) => (folder === caller ? 'root' : folder)

export function metadataView({ custom, tags, v: revision, changedAt, changedBy }: Metadata) {
  return {
    custom: JSON.parse(custom) as Record<string, unknown>,
    tags: [...tags],
    revision,
    ...(changedAt === undefined ? {} : { changedAt: isoTime(changedAt) }),
    ...(changedBy === undefined ? {} : { changedBy }),
  }
}
