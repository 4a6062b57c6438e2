import { fork } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { aStore, Bucket, failure, outcome, type Store } from './a-store.ts'

const MIB = 1024 * 1024

async function storeInItsOwnProcess() {
  const child = fork(fileURLToPath(new URL('store-process.ts', import.meta.url)))
  onTestFinished(async () => {
    if (child.exitCode !== null) return
    child.disconnect()
    await once(child, 'exit')
  })
  const [{ url, credentials }] = await once(child, 'message')
  const client = new S3Client({ endpoint: url, region: 'us-east-1', credentials, maxAttempts: 1 })
  const peakMegabytes = async (): Promise<number> => {
    child.send('peak')
    const [message] = await once(child, 'message')
    return message.peakMegabytes
  }
  return { client, peakMegabytes }
}

/** Sends the beginning of an upload. `gone` resolves when the connection has ended. */
async function beginUpload(store: Store, head: string[], body: string) {
  const url = new URL(await store.presign({ method: 'PUT' }))
  const socket = connect(store.door.port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  let answer = ''
  socket.setEncoding('utf8').on('data', (text) => {
    answer += text
  })
  socket.write([`PUT ${url.pathname}${url.search} HTTP/1.1`, `host: ${url.host}`, ...head, '', body].join('\r\n'))
  return { socket, gone: once(socket, 'close'), answer: () => answer }
}

describe('a large object', () => {
  it('passes through without being held in memory, in and out', async () => {
    const { client, peakMegabytes } = await storeInItsOwnProcess()
    const idle = await peakMegabytes()
    const size = 512 * MIB
    async function* content() {
      for (let sent = 0; sent < size; sent += MIB) yield Buffer.alloc(MIB, sent / MIB)
    }
    const Body = Readable.from(content())
    await client.send(new PutObjectCommand({ Bucket, Key: 'big', Body, ContentLength: size }))
    expect((await peakMegabytes()) - idle).toBeLessThan(24)
    const { Body: read } = await client.send(new GetObjectCommand({ Bucket, Key: 'big' }))
    let received = 0
    for await (const piece of read as AsyncIterable<Buffer>) received += piece.length
    expect(received).toBe(size)
    expect(await peakMegabytes()).toBeLessThan(200)
  })
})

describe('an upload that breaks off', () => {
  it.each([
    ['hung up', (socket: { destroy(): unknown }) => socket.destroy()],
    ['ended too early', (socket: { end(): unknown }) => socket.end()],
  ])('because its client %s leaves nothing', async (_how, breakOff) => {
    const store = await aStore()
    const { socket, gone } = await beginUpload(store, ['content-length: 10'], 'half')
    await expect.poll(() => store.filesIn('data')).toHaveLength(1)
    breakOff(socket)
    await gone
    await expect.poll(() => store.filesIn('data')).toEqual([])
    expect(store.filesIn('records')).toEqual([])
    expect(store.reported).toEqual([])
  })

  it('does not replace what was there', async () => {
    const store = await aStore()
    await store.client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'before' }))
    const { socket, gone } = await beginUpload(store, ['content-length: 10'], 'half')
    await expect.poll(() => store.filesIn('data')).toHaveLength(2)
    socket.destroy()
    await gone
    await expect.poll(() => store.filesIn('data')).toHaveLength(1)
    expect((await store.objects.read(Bucket, 'a'))?.body.toString()).toBe('before')
  })
})

describe('an upload that is refused', () => {
  it.each([
    ['without a length', ['transfer-encoding: chunked'], '4\r\nhalf\r\n0\r\n\r\n', '411', 'MissingContentLength'],
    ['of more than 5 GiB', ['content-length: 5368709121'], 'half', '400', 'EntityTooLarge'],
  ])('%s is told so at once', async (_what, head, body, status, code) => {
    const store = await aStore()
    const { answer } = await beginUpload(store, head, body)
    await expect.poll(answer).toContain(`<Code>${code}</Code>`)
    expect(answer()).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(store.filesIn('data')).toEqual([])
  })

  it('is read to its end, so that a client which only sends can finish and read why', async () => {
    const store = await aStore()
    const url = (await store.presign({ method: 'PUT' })).replace('/docs/a?', '/docs/b?')
    const body = Buffer.alloc(64 * MIB)
    for (let round = 0; round < 3; round++) {
      expect(await outcome(await fetch(url, { method: 'PUT', body }))).toBe('403 SignatureDoesNotMatch')
    }
    const { socket, answer } = await beginUpload(store, [`content-length: ${64 * MIB}`, 'content-md5: x'], '')
    await new Promise((sent) => socket.write(body, sent))
    await expect.poll(answer).toContain('InvalidDigest')
  })

  it('in the middle of its bytes leaves the connection usable', async () => {
    const store = await aStore()
    const upload = ['content-length: 20', 'x-unsigned: 1', 'content-md5: CY9rzUYh03PK3k6DJie09g==']
    const { socket, answer } = await beginUpload(store, upload, '12345678901234567890')
    await expect.poll(answer).toContain('<Code>BadDigest</Code>')
    socket.write('GET /docs/a HTTP/1.1\r\nhost: x\r\n\r\n')
    await expect.poll(answer).toContain('<Code>AccessDenied</Code>')
  })
})

describe('a client that asks before it sends', () => {
  const ASKING = ['content-length: 4', 'expect: 100-continue']

  it('is told to go on when the upload is welcome', async () => {
    const store = await aStore()
    const { socket, answer } = await beginUpload(store, ASKING, '')
    await expect.poll(answer).toBe('HTTP/1.1 100 Continue\r\n\r\n')
    socket.write('text')
    await expect.poll(answer).toContain('HTTP/1.1 200 OK')
    expect((await store.objects.read(Bucket, 'a'))?.body.toString()).toBe('text')
  })

  it('is refused before it has sent a byte, and the connection ends', async () => {
    const store = await aStore()
    const { gone, answer } = await beginUpload(store, [...ASKING, 'x-amz-acl: public-read'], '')
    await gone
    expect(answer()).toMatch(/^HTTP\/1.1 403 .*connection: close.*AccessDenied/is)
  })
})

it('a key that is too long is refused before its bytes are read', async () => {
  const { client, filesIn } = await aStore()
  const put = new PutObjectCommand({ Bucket, Key: 'x'.repeat(1025), Body: 'text' })
  expect(await failure(client.send(put))).toBe('400 KeyTooLongError')
  expect(filesIn('data')).toEqual([])
})
