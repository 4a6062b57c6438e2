import { LetheError } from '../errors.ts'

/** One content of a file; the object itself never changes. */
export type Content = {
  object: string
  size: number
  type: string
  /** SHA-256 in base64. For several parts: the digest of the parts' digests, followed by the number of parts. */
  sum: string
  /** The size in bytes of each part but the last. Absent when `sum` is the digest of the whole content. */
  partSize?: number
  /** When and by whom the content was added. Renaming the file changes neither. */
  addedAt: number
  addedBy: string
}

/** The S3 key of a content. It holds no user data and is never used for another content. */
export const objectName = (id: string) => `o/${id}`

/** How long a content URL works, in seconds. Nothing can revoke a URL that was given out. */
export const URL_LIFE = { owner: 300, share: 60 }

export type Scan = 'none' | 'pending' | 'clean' | 'infected' | 'unscannable'

/** Nobody gets a URL while the scan is pending or when malware was found, whatever the size of the file. */
export function checkScan(scan: Scan, unscannable: 'blocked' | 'allowed'): void {
  if (scan === 'pending') throw new LetheError('scan_pending')
  if (scan === 'infected') throw new LetheError('file_infected')
  if (scan === 'unscannable' && unscannable === 'blocked') throw new LetheError('file_not_scannable')
}

/** Media types that a page may show inline. All other types can only be saved. */
const INLINE =
  /^(image\/(png|jpeg|gif|webp|avif)|audio\/(mpeg|ogg|wav|webm|mp4|flac)|video\/(mp4|webm|ogg)|text\/plain|application\/pdf)(;|$)/

export const mayShowInline = (type: string) => INLINE.test(type)

/** RFC 6266: the full name for clients that know RFC 8187, and an ASCII name for the others. */
export function contentDisposition(kind: 'attachment' | 'inline', name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["%\\]/g, '_')
  const full = encodeURIComponent(name).replace(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `${kind}; filename="${plain}"; filename*=UTF-8''${full}`
}
