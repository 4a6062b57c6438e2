import UppyCore from '@uppy/core'
import { type Access, letheApi, pause } from './lethe-api.ts'
import { type Lethe, type LetheUppy, useLethe } from './lethe-uploads.ts'

type Signed = { api: string; token: string }
/** The element that a person picks a file with. */
type FileInput = { readonly files: ArrayLike<File> }
export type Uploaded = { fileIds: string[]; failures: string[] }

/** What the test does in the page; a person would press buttons. */
let uppy: LetheUppy

function pick(input: object, { api, token, limit = 4 }: Signed & { limit?: number }): void {
  const lethe: Lethe = { api, accessToken: () => token, limit }
  const file = (input as FileInput).files[0]
  if (!file) throw new Error('no file is picked')
  uppy = new UppyCore()
  useLethe(uppy, lethe)
  uppy.addFile({ name: file.name, type: file.type, data: file })
}

/** Goes on until everything is there. */
export async function upload(input: object, access: Signed): Promise<Uploaded> {
  pick(input, access)
  const { successful = [], failed = [] } = (await uppy.upload()) ?? {}
  return {
    fileIds: successful.map(({ meta }) => String(meta.fileId)),
    failures: failed.map(({ error }) => String(error)),
  }
}

/** Resolves when so many parts are there; what is under way is stopped. */
export async function uploadUntil(
  parts: number,
  input: object,
  access: Signed,
  then: 'pause' | 'cancel',
): Promise<void> {
  pick(input, { ...access, limit: 2 })
  await new Promise<void>((resolve, reject) => {
    let there = 0
    uppy.on('s3-multipart:part-uploaded', () => {
      if (++there === parts) resolve()
    })
    uppy.upload().then(() => reject(new Error('the upload ended before it could be stopped')), reject)
  })
  if (then === 'pause') uppy.pauseAll()
  else uppy.cancelAll()
}

/** By fetch, so as JSON: a redirect that crosses origins twice has no origin any more, and S3 refuses that. */
export async function digestOf(fileId: string, { api, token }: Signed): Promise<string> {
  const { url } = await contentOf(fileId, { api, accessToken: () => token })
  const response = await fetch(url)
  if (!response.ok) throw new Error(`GET of the content: ${response.status} ${await response.text()}`)
  const digest = await crypto.subtle.digest('SHA-256', await response.arrayBuffer())
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Nobody gets a URL before the scanner has looked. */
async function contentOf(fileId: string, access: Access): Promise<{ url: string }> {
  const call = letheApi(access)
  for (;;) {
    const { scan } = await call<{ scan: string }>('GET', `/files/${fileId}`)
    if (scan !== 'pending') return call('GET', `/files/${fileId}/content`)
    await pause(200)
  }
}
