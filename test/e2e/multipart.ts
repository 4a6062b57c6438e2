import { call } from './client.ts'
import { type Content, must, type UploadView, type User } from './files.ts'
import { mustPut, type PresignedPut, sha256 } from './s3.ts'

/** As a client announces it; what it is made of is left where it is. */
export type Part = { number: number; size: number; sha256: string }
type Held = Part & { bytes: Content }
export type UploadPage = { upload: UploadView; parts: (Part & { etag: string })[]; nextAfter?: number }
type SignedParts = { parts: (PresignedPut & { number: number })[] }

export function partsOf(content: Content, partSize: number): Held[] {
  return Array.from({ length: Math.ceil(content.length / partSize) }, (_, n) => {
    const bytes = content.slice(n * partSize, (n + 1) * partSize)
    return { number: n + 1, size: bytes.length, sha256: sha256(bytes), bytes }
  })
}

export const uploadPage = ({ token }: User, id: string, query = '') =>
  call<UploadPage>('GET', `/uploads/${id}${query}`, { token })

export const signParts = ({ token }: User, id: string, parts: Part[]) => {
  const json = { parts: parts.map(({ number, size, sha256: digest }) => ({ number, size, sha256: digest })) }
  return call<SignedParts>('POST', `/uploads/${id}/parts`, { token, json })
}

export async function putParts(by: User, id: string, parts: Held[]): Promise<void> {
  if (parts.length === 0) return
  const { parts: puts } = await must(200, signParts(by, id, parts))
  for (const put of puts) await mustPut(put, parts.find(({ number }) => number === put.number)!.bytes)
}
