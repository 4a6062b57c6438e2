import { beforeAll, describe, expect, test } from 'vitest'
import { call, expectProblem } from '../client.ts'
import { expectContent, type FileView, newUser, read, type User, upload, urlOf } from '../files.ts'
import { callS3, changed, randomContent, unsigned } from '../s3.ts'

const content = randomContent(5000)
let user: User
let file: FileView

beforeAll(async () => {
  user = await newUser()
  file = await upload(user, { name: 'picture.png', content, type: 'image/png' })
  await urlOf(user, file.id)
})

const ask = (query = '', headers: Record<string, string> = {}) =>
  call('GET', `/files/${file.id}/content${query}`, { token: user.token, headers })

describe('the content of a file', () => {
  test('is a URL for who accepts JSON, and a redirect for who does not say so', async () => {
    const { url, expiresAt } = await urlOf(user, file.id)
    expect(new URL(url).searchParams.get('X-Amz-Expires')).toBe('300')
    const life = (Date.parse(expiresAt) - Date.now()) / 1000
    expect(life).toBeLessThanOrEqual(300)
    expect(life).toBeGreaterThan(200)
    for (const accept of ['*/*', 'image/png', 'text/html,application/xhtml+xml']) {
      const answer = await ask('', { accept })
      expect({ status: answer.status, text: answer.text }).toEqual({ status: 302, text: '' })
      const { bytes } = await callS3('GET', answer.headers.get('location')!)
      expect(Buffer.compare(bytes, content)).toBe(0)
    }
    expect((await ask('', { accept: 'text/html, application/json;q=0.5' })).status).toBe(200)
  })

  test('comes in ranges', async () => {
    const { url } = await urlOf(user, file.id)
    const ranged = (range: string) => callS3('GET', url, { headers: { range } })
    for (const [range, start, end] of [
      ['bytes=0-0', 0, 1],
      ['bytes=100-299', 100, 300],
      ['bytes=4990-', 4990, 5000],
      ['bytes=-10', 4990, 5000],
      ['bytes=4000-9999', 4000, 5000],
    ] as const) {
      const { status, headers, bytes } = await ranged(range)
      expect({ range, status, of: headers.get('content-range') }).toEqual({
        range,
        status: 206,
        of: `bytes ${start}-${end - 1}/5000`,
      })
      expect(Buffer.compare(bytes, content.slice(start, end)), range).toBe(0)
    }
    const beyond = await ranged('bytes=5000-')
    expect({ status: beyond.status, code: beyond.code }).toEqual({ status: 416, code: 'InvalidRange' })
  })

  test('is not sent again to who holds it', async () => {
    const { url } = await urlOf(user, file.id)
    const etag = (await callS3('GET', url)).headers.get('etag')!
    const { status, bytes } = await callS3('GET', url, { headers: { 'if-none-match': etag } })
    expect({ status, length: bytes.length }).toEqual({ status: 304, length: 0 })
  })

  test('is for saving, unless it may be shown and that was asked for', async () => {
    const shown = await read(user, file.id, '?disposition=inline')
    expect(shown.headers.get('content-disposition')).toMatch(/^inline;/)
    expect(shown.headers.get('content-type')).toBe('image/png')
    for (const query of ['', '?disposition=attachment']) {
      const saved = await read(user, file.id, query)
      expect(saved.headers.get('content-disposition')).toMatch(/^attachment;/)
    }
  })

  test.each(['text/html', 'image/svg+xml', 'application/xhtml+xml', 'text/javascript', 'application/octet-stream'])(
    'of type %s is never shown, and never told as that type',
    async (type) => {
      const { id } = await upload(user, { name: `unsafe ${type.replace('/', '-')}`, type })
      const { headers } = await read(user, id, '?disposition=inline')
      expect(headers.get('content-disposition')).toMatch(/^attachment;/)
      expect(headers.get('content-type')).toBe('application/octet-stream')
    },
  )

  test('is of the version asked for, if there is one', async () => {
    await expectContent(user, file.id, content, '?version=1')
    expectProblem(await ask('?version=2'), 404, 'version_not_found')
    for (const version of ['0', '-1', '1.0', 'latest', '']) {
      expectProblem(await ask(`?version=${version}`), 400, 'invalid_input')
    }
    expectProblem(await ask('?disposition=other'), 400, 'invalid_input')
  })
})

/** RFC 6266: whole for those who read RFC 8187, and plain for the others. */
describe('the name for saving is', () => {
  const NAMES = {
    'plain.txt': ['plain.txt', 'plain.txt'],
    'résumé é.pdf': ['r_sum_ _.pdf', 'r%C3%A9sum%C3%A9%20%C3%A9.pdf'],
    'say "hello" 100%.txt': ['say _hello_ 100_.txt', 'say%20%22hello%22%20100%25.txt'],
    "it's (1) *new*; x=y, z.txt": ["it's (1) *new*; x=y, z.txt", 'it%27s%20%281%29%20%2Anew%2A%3B%20x%3Dy%2C%20z.txt'],
    '🦊.png': [expect.stringMatching(/^_+\.png$/), '%F0%9F%A6%8A.png'],
  } as const

  test.each(Object.keys(NAMES) as (keyof typeof NAMES)[])('%s, in full and in ASCII', async (name) => {
    const { id } = await upload(user, { name })
    const disposition = (await read(user, id)).headers.get('content-disposition') ?? ''
    const [, plain, full] = /^attachment; filename="([^"]*)"; filename\*=UTF-8''(\S+)$/.exec(disposition) ?? []
    expect([plain, full]).toEqual([...NAMES[name]])
    expect(decodeURIComponent(full!)).toBe(name)
  })
})

describe('the URL of a content', () => {
  test('cannot be made to say or do anything else', async () => {
    const { url } = await urlOf(user, file.id)
    const set = (name: string, value: string) =>
      changed(url, ({ searchParams }) => {
        searchParams.set(name, value)
      })
    const others = [
      set('response-content-type', 'text/html'),
      set('response-content-disposition', 'inline'),
      set('response-cache-control', 'public'),
      set('response-content-encoding', 'gzip'),
      set('X-Amz-Expires', '604800'),
      set('X-Amz-Signature', '0'.repeat(64)),
      set('versionId', 'null'),
      changed(url, ({ searchParams }) => searchParams.delete('response-content-disposition')),
      changed(url, (other) => {
        other.pathname += 'x'
      }),
    ]
    for (const other of others) expect((await callS3('GET', other)).status, other).toBe(403)
    for (const method of ['PUT', 'POST', 'DELETE']) expect((await callS3(method, url)).status, method).toBe(403)
    expect((await callS3('GET', unsigned(url))).status).toBe(403)
    expect((await callS3('GET', url)).status).toBe(200)
  })
})
