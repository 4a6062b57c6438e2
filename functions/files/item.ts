import { LetheError } from '../errors.ts'

export const MOST_DEPTH = 16
export const MOST_NAME_BYTES = 255
export const TRASH_LIFE = 30 * 86_400

/** How long a URL of a content works once it was given out, in seconds: nothing can call it back. */
export const URL_LIFE = { owner: 300, share: 60 }

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

/** One content of a file; the object itself never changes. */
export type Content = {
  object: string
  size: number
  type: string
  /** SHA-256 in base64; of several parts, that of their digests, followed by their number. */
  sum: string
  /** Of how many bytes each part but the last is; absent where the sum is of the whole. */
  partSize?: number
  /** Renaming the file makes nobody the author of what is in it. */
  addedAt: number
  addedBy: string
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

const FORBIDDEN = /[\p{Cc}\p{Noncharacter_Code_Point}/\\\u202a-\u202e\u2066-\u2069]/u

/**
 * One spelling per name, and none that a file system, a shell or an eye takes for something else. Nothing is mended
 * silently: who asks for a name gets that name.
 */
export function checkName(name: string): void {
  const wrong = wrongIn(name)
  if (wrong) throw new LetheError('name_invalid', { errors: [{ field: 'name', message: wrong }] })
}

/** What a name can begin with. */
export function checkPrefix(prefix: string): void {
  const isSpelledOnce = prefix.isWellFormed() && prefix.normalize('NFC') === prefix
  if (isSpelledOnce && !FORBIDDEN.test(prefix)) return
  throw new LetheError('name_invalid', { errors: [{ field: 'prefix', message: 'no name begins like this' }] })
}

function wrongIn(name: string): string | undefined {
  if (!name.isWellFormed()) return 'must be well-formed Unicode'
  if (Buffer.byteLength(name) > MOST_NAME_BYTES) return `must be at most ${MOST_NAME_BYTES} bytes of UTF-8`
  if (name.normalize('NFC') !== name) return 'must be in Unicode normal form C'
  if (FORBIDDEN.test(name)) return 'must not contain slashes, control or direction characters'
  if (name.trim() !== name) return 'must not begin or end with a space'
  if (name === '.' || name === '..') return 'must not be . or ..'
  if (!/[^\p{Z}\p{Cf}\p{M}]/u.test(name)) return 'must not be empty'
  return undefined
}

/** The hint for what lies in a folder of these ancestors. */
export const below = ({ id, ancestors }: Pick<Node, 'id' | 'ancestors'>): readonly string[] => [id, ...ancestors]

/** What may stand in a page beside the text around it. Everything else is for saving. */
const INLINE =
  /^(image\/(png|jpeg|gif|webp|avif)|audio\/(mpeg|ogg|wav|webm|mp4|flac)|video\/(mp4|webm|ogg)|text\/plain|application\/pdf)(;|$)/

export const mayShowInline = (type: string) => INLINE.test(type)

/** RFC 6266 with the name in full for those who read RFC 8187, and in ASCII for the others. */
export function contentDisposition(kind: 'attachment' | 'inline', name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["%\\]/g, '_')
  const full = encodeURIComponent(name).replace(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `${kind}; filename="${plain}"; filename*=UTF-8''${full}`
}
