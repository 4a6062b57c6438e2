import type { Content } from '../contents/content.ts'

export const MOST_DEPTH = 16

export type Kind = 'file' | 'folder'

/** The place of a file or folder. This item alone decides where it is, however much lies below it. */
export type Node = {
  id: string
  kind: Kind
  owner: string
  /** The folder it lies in. The id of the root is the id of its owner. */
  folder: string
  name: string
  /** The folders above it, the nearest first, the root left out. A hint: each link is proved when it is used. */
  ancestors: readonly string[]
  /** Only of folders: there were never more levels of folders below it than this. */
  height?: number
  trashedAt?: number
}

/** An entry in the list of a folder. This one item holds everything that a list shows. */
export type Listed = {
  id: string
  kind: Kind
  folder: string
  name: string
  /** The version of the record. Every change raises it. */
  v: number
  createdAt: number
  changedAt: number
  changedBy: string
} & (({ kind: 'file' /** Of the content: 1, 2, 3 ... */; version: number } & Content) | { kind: 'folder' })

export type ListedOf<K extends Kind> = Extract<Listed, { kind: K }>
export type ListedFile = ListedOf<'file'>
