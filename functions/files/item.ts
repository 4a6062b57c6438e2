import type { Content } from '../contents/content.ts'

export const MOST_DEPTH = 16

export type Kind = 'file' | 'folder'

/** Where a file or folder is: the truth about its place, one item whatever lies below it. */
export type Node = {
  id: string
  kind: Kind
  owner: string
  /** The folder it lies in; in the root that is the owner's id. */
  folder: string
  name: string
  /** The folders above it, the nearest first, the root left out. A hint: each link is proved when it is used. */
  ancestors: readonly string[]
  /** Folders: at least as many levels of folders were ever below it. */
  height?: number
  trashedAt?: number
}

/** What a folder lists: all that a list shows, in one item. */
export type Listed = {
  id: string
  kind: Kind
  folder: string
  name: string
  /** Of the record: raised by every change. */
  v: number
  createdAt: number
  changedAt: number
  changedBy: string
} & (({ kind: 'file' /** Of the content: 1, 2, 3 ... */; version: number } & Content) | { kind: 'folder' })

export type ListedOf<K extends Kind> = Extract<Listed, { kind: K }>
export type ListedFile = ListedOf<'file'>

/** The hint for what lies in a folder of these ancestors. */
export const below = ({ id, ancestors }: Pick<Node, 'id' | 'ancestors'>): readonly string[] => [id, ...ancestors]
