import { once } from 'node:events'
import { connect } from 'node:net'
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { SignatureV4 } from '@smithy/signature-v4'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Service, ServiceName } from '../../door/call.ts'
import { Sha256 } from '../../door/sha256.ts'
import { allow, functionWith, startTestDoor } from './test-door.ts'

const MIB = 1024 * 1024

async function started(services: Partial<Record<ServiceName, Service>> = {}) {
  const running = await startTestDoor(functionWith('sign-in', allow('*', '*')), services)
  onTestFinished(running.door.close)
  return running
}

describe('the door', () => {
  it('takes at most 16 MiB but for uploads, and reads the rest so that its sender sees the refusal', async () => {
    const { door, as } = await started()
    const day = new Date()
      .toISOString()
      .replaceAll(/\W|\.\d+/g, '')
      .slice(0, 8)
    const head = [
      'POST / HTTP/1.1',
      'host: x',
      `x-amz-date: ${day}T000000Z`,
      `authorization: AWS4-HMAC-SHA256 Credential=A/${day}/us-east-1/dynamodb/aws4_request,SignedHeaders=host,Signature=0`,
      `content-length: ${64 * MIB}`,
      '\r\n',
    ]
    const socket = connect(door.port, '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    socket.write(head.join('\r\n'))
    await new Promise((sent) => socket.write(Buffer.alloc(64 * MIB), sent))
    const [answer] = await once(socket, 'data')
    expect(String(answer)).toMatch(/^HTTP\/1.1 400 .*EntityTooLarge/s)
    socket.write('GET /docs/k HTTP/1.1\r\nhost: x\r\n\r\n')
    const [next] = await once(socket, 'data')
    expect(String(next)).toContain('AccessDenied')
    const put = new PutObjectCommand({ Bucket: 'docs', Key: 'k', Body: Buffer.alloc(16 * MIB + 1) })
    await new S3Client(as('sign-in')).send(put)
  })

  it('ends the connection when an answer cannot be sent', async () => {
    const unsendable: Service = async () => ({ status: 200, headers: { 'x-a': 'a\nb' }, body: '' })
    const { as, reported } = await started({ dynamodb: unsendable })
    const get = new GetItemCommand({ TableName: 'Users', Key: { pk: { S: 'a' } } })
    await expect(new DynamoDBClient(as('sign-in')).send(get)).rejects.toThrow(/socket hang up|ECONNRESET/)
    expect(reported).toEqual([expect.stringMatching(/^an answer broke off: .*x-a/)])
  })

  it('holds the body of every S3 call against the hash that was signed', async () => {
    const { door, as, arrived } = await started()
    const signer = new SignatureV4({ ...as('sign-in'), service: 's3', sha256: Sha256, uriEscapePath: false })
    const send = async (method: string, path: string, query: Record<string, string>, body: string) => {
      const { hostname, host } = new URL(door.url)
      const request = { method, protocol: 'http:', hostname, path, query, headers: { host }, body: '<a/>' }
      const { headers } = await signer.sign(request)
      const answer = await fetch(`${door.url}${path}?${new URLSearchParams(query)}`, { method, headers, body })
      return `${answer.status} ${/<Code>(\w+)/.exec(await answer.text())?.[1]}`
    }
    const mismatch = '400 XAmzContentSHA256Mismatch'
    expect(await send('POST', '/docs/k', { uploadId: 'x' }, '<a/>')).toBe('200 undefined')
    expect(await send('POST', '/docs/k', { uploadId: 'x' }, '<b/>')).toBe(mismatch)
    expect(await send('PUT', '/docs/k', {}, '<a/>')).toBe('200 undefined')
    expect(await send('PUT', '/docs/k', {}, '<b/>')).toBe(mismatch)
    expect(arrived).toHaveLength(2)
  })
})
