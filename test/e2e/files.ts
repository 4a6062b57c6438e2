import { expect, inject } from 'vitest'
import { type Account, openAccount, signIn } from './accounts.ts'
import { type Answer, call, type Problem } from './client.ts'
import { seconds } from './pace.ts'
import { callS3, mustPut, type PresignedPut, randomContent, type S3Answer, sha256 } from './s3.ts'

export type User = Account & { token: string }
export type Checksum = { algorithm: 'SHA-256'; value: string; partSize?: number }
type ItemView = {
  id: string
  name: string
  folderId?: string
  revision: number
  createdAt: string
  changedAt: string
  changedBy: string
}
export type FolderView = ItemView & { kind: 'folder' }
export type FileView = ItemView & { kind: 'file'; size: number; type: string; checksum: Checksum; version: number }
export type ItemPage = { items: (FileView | FolderView)[]; nextCursor?: string }
export type UploadView = {
  id: string
  state: 'pending' | 'ready' | 'dead'
  folderId: string
  name: string
  size: number
  type: string
  partSize?: number
  fileId?: string
  why?: string
}
export type Begun = { upload: UploadView; put?: PresignedPut }
export type Usage = { bytes: { used: number; limit: number }; uploads: { open: number; limit: number } }
export type Content = Uint8Array<ArrayBuffer>

export const MIB = 2 ** 20
/** Whatever queues, events and scans take: nobody should wait longer. */
export const SOON = { timeout: 120_000, interval: 200 }

export async function newUser(): Promise<User> {
  const account = await openAccount()
  const { accessToken: token } = await signIn(account)
  return { ...account, token }
}

let signedIn: Promise<User> | undefined

/**
 * One for all test files: who is refused, and what belongs to another. What it is asked to make has a name of its own.
 * A program has one of its own.
 */
export function aStranger(): Promise<User> {
  signedIn ??= process.env.VITEST ? theStrangerOfAll() : newUser()
  return signedIn
}

async function theStrangerOfAll(): Promise<User> {
  const account = inject('stranger')
  const { accessToken: token } = await signIn(account)
  return { ...account, token }
}

/** An answer that must be this; what was refused is told. */
export async function must<Body>(status: number, asked: Promise<Answer<Body>>): Promise<Body> {
  const answer = await asked
  expect(answer.status, answer.text).toBe(status)
  return answer.body
}

/** How an answer went, to be compared with others. */
export const outcomeOf = ({ status, body }: Answer<unknown>) =>
  status < 400 ? `${status}` : `${status} ${(body as Problem).code}`

export const beginUpload = (by: User, json: object, headers: Record<string, string> = {}) =>
  call<Begun>('POST', '/files', { token: by.token, json, headers })

export const complete = (by: User, id: string) =>
  call<{ upload: UploadView }>('POST', `/uploads/${id}/completion`, { token: by.token })

export const endUpload = (by: User, id: string) => call('DELETE', `/uploads/${id}`, { token: by.token })

type Given = { name: string; folderId?: string; content?: Content; type?: string }

/** All that is asked of a client with a small file: to say what comes, and to send it. */
export async function send(by: User, { content = randomContent(64), ...given }: Given): Promise<UploadView> {
  const asked = { ...given, size: content.length, sha256: sha256(content) }
  const { upload, put } = await must(201, beginUpload(by, asked))
  await mustPut(put!, content)
  return upload
}

export async function upload(by: User, given: Given): Promise<FileView> {
  const { id } = await send(by, given)
  const { upload: ready } = await must(200, complete(by, id))
  return fileOf(by, ready.fileId!)
}

type Scanned = FileView & { scan: 'none' | 'pending' | 'clean' | 'infected' | 'unscannable' }

export const scannedFile = (by: User, id: string) =>
  must(200, call<Scanned>('GET', `/files/${id}`, { token: by.token }))

/** Without its scan, which goes on meanwhile. */
export async function fileOf(by: User, id: string): Promise<FileView> {
  const { scan: _, ...file } = await scannedFile(by, id)
  return file
}

export const createFolder = (by: User, name: string, folderId = 'root') =>
  must(201, call<FolderView>('POST', '/folders', { token: by.token, json: { name, folderId } }))

export const children = (by: User, folderId = 'root', query = 'limit=100') =>
  call<ItemPage>('GET', `/folders/${folderId}/children?${query}`, { token: by.token })

export async function namesIn(by: User, folderId?: string): Promise<string[]> {
  return (await must(200, children(by, folderId))).items.map(({ name }) => name)
}

export const usageOf = ({ token }: User) => must(200, call<Usage>('GET', '/me/usage', { token }))

/** Exactly, once queues are empty. */
export async function expectUsage(user: User, used: number, open = 0): Promise<void> {
  const now = async () => {
    const { bytes, uploads } = await usageOf(user)
    return { used: bytes.used, open: uploads.open }
  }
  await expect.poll(now, SOON).toEqual({ used, open })
}

type Url = { url: string; expiresAt: string }

/** A URL of the content, once whoever scans it has found nothing. */
export async function urlOf(by: User, id: string, query = ''): Promise<Url> {
  const deadline = Date.now() + SOON.timeout
  for (;;) {
    const headers = { accept: 'application/json' }
    const answer = await call<Url>('GET', `/files/${id}/content${query}`, { token: by.token, headers })
    if (answer.status === 200) return answer.body
    expect(outcomeOf(answer)).toBe('409 scan_pending')
    if (Date.now() > deadline) throw new Error(`${id} was not scanned in time`)
    await seconds(SOON.interval / 1000)
  }
}

export async function read(by: User, id: string, query?: string, headers?: Record<string, string>): Promise<S3Answer> {
  const { url } = await urlOf(by, id, query)
  return callS3('GET', url, headers ? { headers } : {})
}

export async function expectContent(by: User, id: string, content: Uint8Array, query?: string): Promise<void> {
  const { status, bytes } = await read(by, id, query)
  expect(status).toBe(200)
  expect(Buffer.compare(bytes, content)).toBe(0)
}
