import { createHash, randomBytes } from 'node:crypto'
import { expect } from 'vitest'

/** What a presigned URL answers. It is S3's own: Lethe's document says nothing about it. */
export type S3Answer = { status: number; code: string | undefined; headers: Headers; bytes: Buffer }
export type PresignedPut = { method: 'PUT'; url: string; headers: Record<string, string>; expiresAt: string }

type Body = Uint8Array<ArrayBuffer>
type Sent = { headers?: Record<string, string>; body?: Body }

const TIME_LIMIT = 120_000

export const randomContent = (size: number): Body => new Uint8Array(randomBytes(size))
export const sha256 = (content: Uint8Array) => createHash('sha256').update(content).digest('base64')

export async function callS3(method: string, url: string, { headers = {}, body }: Sent = {}): Promise<S3Answer> {
  const response = await fetch(url, {
    method,
    headers,
    signal: AbortSignal.timeout(TIME_LIMIT),
    ...(body ? { body } : {}),
  })
  const bytes = Buffer.from(await response.arrayBuffer())
  const code = response.status >= 300 ? /<Code>(\w+)<\/Code>/.exec(bytes.toString())?.[1] : undefined
  return { status: response.status, code, headers: response.headers, bytes }
}

/** As a client does that was told where to. */
export const putTo = ({ url, headers }: Pick<PresignedPut, 'url' | 'headers'>, body: Body) =>
  callS3('PUT', url, { headers, body })

export async function mustPut(put: PresignedPut, body: Body): Promise<void> {
  const { status, bytes } = await putTo(put, body)
  expect(status, bytes.toString()).toBe(200)
}

export function expectRefusal(
  { status, code }: S3Answer,
  ...allowed: (readonly [status: number, code: string])[]
): void {
  expect(
    allowed.map(([wanted, name]) => `${wanted} ${name}`),
    'the refusal',
  ).toContain(`${status} ${code}`)
}

/** The same URL, asking for something else. */
export function changed(url: string, change: (url: URL) => void): string {
  const other = new URL(url)
  change(other)
  return other.href
}

export const unsigned = (url: string) => url.split('?')[0]!
