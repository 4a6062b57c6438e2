import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { becomeUser, type Place } from '../../helpers/people.ts'

type Put = { url: string; headers: Record<string, string> }
export type Begun = { upload: { id: string; partSize: number; fileId: string }; put: Put }
type Usage = { bytes: { used: number; limit: number }; uploads: { open: number } }

/** A new user of files, as far as an operator's work is tried on them. */
export async function aUser(place: Place) {
  const { accessToken } = await becomeUser(place)

  async function call<T>(method: string, path: string, body?: object): Promise<{ status: number; body: T }> {
    const headers = { authorization: `Bearer ${accessToken}`, ...(body ? { 'content-type': 'application/json' } : {}) }
    const answer = await fetch(`${place.api}${path}`, { method, headers, body: body ? JSON.stringify(body) : null })
    const text = await answer.text()
    return { status: answer.status, body: text ? JSON.parse(text) : {} }
  }

  async function must<T>(status: number, method: string, path: string, body?: object): Promise<T> {
    const answer = await call<T>(method, path, body)
    assert.equal(answer.status, status, `${method} ${path}: ${JSON.stringify(answer.body)}`)
    return answer.body
  }

  const usage = () => must<Usage>(200, 'GET', '/me/usage')

  const begin = (name: string, bytes: Uint8Array) =>
    must<Begun>(201, 'POST', '/files', {
      name,
      size: bytes.length,
      type: 'text/plain',
      sha256: createHash('sha256').update(bytes).digest('base64'),
    })

  return {
    call,
    must,
    begin,
    id: (await must<{ id: string }>(200, 'GET', '/me')).id,
    usage,
    used: async () => (await usage()).bytes.used,

    /** Gives the ids of the file and of its object. */
    async upload(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<{ file: string; object: string }> {
      const { upload, put } = await begin(name, bytes)
      const sent = await fetch(put.url, { method: 'PUT', headers: put.headers, body: bytes })
      assert.equal(sent.status, 200)
      await must(200, 'POST', `/uploads/${upload.id}/completion`)
      const done = await must<Begun>(200, 'GET', `/uploads/${upload.id}`)
      return { file: done.upload.fileId, object: upload.id }
    },
  }
}

export type User = Awaited<ReturnType<typeof aUser>>

export async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 120_000; !(await isSo()); await sleep(200)) {
    if (Date.now() > deadline) throw new Error(`not within two minutes: ${what}`)
  }
}
