import { beforeAll, describe, expect, test } from 'vitest'
import { expectProblem } from '../client.ts'
import { type Begun, beginUpload, complete, expectContent, must, newUser, type User } from '../files.ts'
import { callS3, changed, expectRefusal, type PresignedPut, putTo, randomContent, sha256, unsigned } from '../s3.ts'

const content = randomContent(1000)
const other = randomContent(1000)
let user: User
let begun: Begun
let put: PresignedPut

beforeAll(async () => {
  user = await newUser()
  const asked = { name: 'exactly this', type: 'text/plain', size: content.length, sha256: sha256(content) }
  begun = await must(201, beginUpload(user, asked))
  put = begun.put!
})

const withHeader = (name: string, value: string) => ({ ...put, headers: { ...put.headers, [name]: value } })
const without = (name: string) => {
  const { [name]: _, ...headers } = put.headers
  return { ...put, headers }
}
const withUrl = (change: (url: URL) => void) => ({ ...put, url: changed(put.url, change) })
const withQuery = (name: string, value: string) => withUrl(({ searchParams }) => searchParams.set(name, value))

const MISMATCH = [403, 'SignatureDoesNotMatch'] as const
const DENIED = [403, 'AccessDenied'] as const
const WRONG_BYTES = [
  [400, 'BadDigest'],
  [400, 'XAmzContentChecksumMismatch'],
] as const

describe('the URL of a single PUT', () => {
  test('is told with the headers to send, and works for a quarter of an hour', () => {
    expect(put.headers).toEqual({
      'content-type': 'text/plain',
      'if-none-match': '*',
      'x-amz-checksum-sha256': sha256(content),
    })
    const life = (Date.parse(put.expiresAt) - Date.now()) / 1000
    expect(life).toBeLessThanOrEqual(900)
    expect(life).toBeGreaterThan(600)
    const { searchParams } = new URL(put.url)
    expect(searchParams.get('X-Amz-Expires')).toBe('900')
    const signed = ['content-length', 'content-type', 'host', 'if-none-match', 'x-amz-checksum-sha256']
    expect(searchParams.get('X-Amz-SignedHeaders')?.split(';')).toEqual(expect.arrayContaining(signed))
  })

  test('refuses more bytes, and fewer', async () => {
    const longer = new Uint8Array([...content, 0])
    for (const body of [longer, content.slice(1), new Uint8Array()]) expectRefusal(await putTo(put, body), MISMATCH)
  })

  test('refuses other bytes of the same length', async () => {
    expectRefusal(await putTo(put, other), ...WRONG_BYTES)
  })

  test('refuses another digest, also where the bytes have it', async () => {
    const claimed = withHeader('x-amz-checksum-sha256', sha256(other))
    for (const body of [other, content]) expectRefusal(await putTo(claimed, body), MISMATCH)
  })

  test('refuses another type, another condition, and to go without any of the signed headers', async () => {
    expectRefusal(await putTo(withHeader('content-type', 'text/html'), content), MISMATCH)
    expectRefusal(await putTo(withHeader('if-none-match', '"x"'), content), MISMATCH)
    for (const name of Object.keys(put.headers)) expectRefusal(await putTo(without(name), content), MISMATCH, DENIED)
  })

  test('refuses another key, another method and a longer life', async () => {
    const others = [
      withUrl((url) => {
        url.pathname += 'x'
      }),
      withUrl((url) => {
        url.pathname = `${url.pathname}/../elsewhere`
      }),
      withQuery('X-Amz-Expires', '604800'),
      withQuery('X-Amz-Expires', '899'),
      withQuery('X-Amz-Signature', '0'.repeat(64)),
      withQuery('X-Amz-SignedHeaders', 'host'),
      withQuery('partNumber', '1'),
      withQuery('x-id', 'PutObject'),
    ]
    for (const each of others) expect((await putTo(each, content)).status).toBe(403)
    // Of a day that the credential is not of.
    expect([400, 403]).toContain((await putTo(withQuery('X-Amz-Date', '20990101T000000Z'), content)).status)
    for (const method of ['GET', 'HEAD', 'POST', 'DELETE']) {
      expect((await callS3(method, put.url, { headers: put.headers })).status, method).toBe(403)
    }
  })

  test('refuses to go without a signature', async () => {
    expectRefusal(await putTo({ ...put, url: unsigned(put.url) }, content), DENIED)
  })

  test('has taken none of that, and takes what it is for', async () => {
    expectProblem(await complete(user, begun.upload.id), 409, 'upload_incomplete')
    expect((await putTo(put, content)).status).toBe(200)
    const { upload } = await must(200, complete(user, begun.upload.id))
    await expectContent(user, upload.fileId!, content)
  })

  test('is used up by that: not even the same bytes are taken again', async () => {
    expectRefusal(await putTo(put, content), [412, 'PreconditionFailed'])
    expectRefusal(await putTo(put, other), [412, 'PreconditionFailed'], ...WRONG_BYTES)
    const { upload } = await must(200, complete(user, begun.upload.id))
    await expectContent(user, upload.fileId!, content)
  })

  test('is used up by one of several at once', async () => {
    const asked = { name: 'one of several', size: content.length, sha256: sha256(content) }
    const { put: once, upload } = await must(201, beginUpload(user, asked))
    const answers = await Promise.all(Array.from({ length: 8 }, () => putTo(once!, content)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    for (const answer of answers.filter(({ status }) => status !== 200)) {
      expectRefusal(answer, [412, 'PreconditionFailed'], [409, 'ConditionalRequestConflict'])
    }
    await must(200, complete(user, upload.id))
  })
})

test('headers of S3 that were not signed are refused', async () => {
  const asked = { name: 'no more headers', size: content.length, sha256: sha256(content) }
  const { put: plain } = await must(201, beginUpload(user, asked))
  for (const name of ['x-amz-meta-note', 'x-amz-acl', 'x-amz-tagging', 'x-amz-storage-class']) {
    const more = { ...plain!, headers: { ...plain!.headers, [name]: 'a' } }
    expectRefusal(await putTo(more, content), DENIED, MISMATCH)
  }
})
