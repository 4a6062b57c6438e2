import { LetheError } from '../errors.ts'

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

/** The key: no user data in it, and never another content below it. */
export const objectName = (id: string) => `o/${id}`

/** How long a URL of a content works once it was given out, in seconds: nothing can call it back. */
export const URL_LIFE = { owner: 300, share: 60 }

export type Scan = 'none' | 'pending' | 'clean' | 'infected' | 'unscannable'

/** While nobody has looked into it, or something was found, nobody gets a URL, whatever the size. */
export function checkScan(scan: Scan, unscannable: 'blocked' | 'allowed'): void {
  if (scan === 'pending') throw new LetheError('scan_pending')
  if (scan === 'infected') throw new LetheError('file_infected')
  if (scan === 'unscannable' && unscannable === 'blocked') throw new LetheError('file_not_scannable')
}

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
