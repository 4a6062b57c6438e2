import { type FileHandle, open } from 'node:fs/promises'
import { Agent, type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { inParallel } from '../../helpers/builders.ts'
import type { letheApi } from '../browser/lethe-api.ts'

const AT_ONCE = 4

type Call = ReturnType<typeof letheApi>
type Upload = { id: string; state: string; size: number; partSize: number; fileId: string; why?: string }
type Put = { url: string; headers: Record<string, string> }

/** As any client would: four parts at once, each hashed, signed and sent, until the file is listed. Gives its id. */
export async function uploadInParts(call: Call, path: string, name: string): Promise<string> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const { upload } = await call<{ upload: Upload }>('POST', '/files', { json: { name, size } })
    const numbers = Array.from({ length: Math.ceil(size / upload.partSize) }, (_, index) => index + 1).values()
    await inParallel(AT_ONCE, async () => {
      for (const number of numbers) await sendPart(call, file, upload, number)
    })
    return await completed(call, upload.id)
  } finally {
    await file.close()
  }
}

async function sendPart(call: Call, file: FileHandle, { id, size, partSize }: Upload, number: number): Promise<void> {
  const start = (number - 1) * partSize
  const bytes = new Uint8Array(Math.min(partSize, size - start))
  await file.read(bytes, 0, bytes.length, start)
  const sha256 = Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('base64')
  const json = { parts: [{ number, size: bytes.length, sha256 }] }
  const { parts } = await call<{ parts: [Put] }>('POST', `/uploads/${id}/parts`, { json })
  const [{ url, headers }] = parts
  const { status, body } = await put(url, headers, bytes)
  if (status !== 200) throw new Error(`part ${number}: ${status} ${body}`)
}

const agent = new Agent({ keepAlive: true })

/** By Node's own client: fetch copies what it sends, which is not what is measured. */
function put(url: string, headers: Record<string, string>, bytes: Uint8Array) {
  return new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    const sized = { ...headers, 'content-length': bytes.length }
    const sending = request(url, { method: 'PUT', agent, headers: sized }, (response: IncomingMessage) => {
      text(response).then((body) => resolve({ status: response.statusCode, body }), reject)
    })
    sending.on('error', reject).end(bytes)
  })
}

async function completed(call: Call, id: string): Promise<string> {
  let { upload } = await call<{ upload: Upload }>('POST', `/uploads/${id}/completion`)
  while (upload.state === 'pending') {
    await sleep(50)
    ;({ upload } = await call<{ upload: Upload }>('GET', `/uploads/${id}`))
  }
  if (upload.state !== 'ready') throw new Error(`the upload is ${upload.state}: ${upload.why}`)
  return upload.fileId
}
