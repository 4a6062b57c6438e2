import { beforeAll, describe, expect, test } from 'vitest'
import { type Answer, call, expectProblem } from '../client.ts'
import {
  aStranger,
  beginUpload,
  children,
  createFolder,
  type FileView,
  type FolderView,
  type ItemPage,
  MIB,
  must,
  newUser,
  outcomeOf,
  type Usage,
  type User,
  upload,
  usageOf,
} from '../files.ts'
import { some } from '../pace.ts'
import { randomContent, sha256 } from '../s3.ts'

const content = randomContent(10)
const described = { size: content.length, sha256: sha256(content) }
let user: User
let stranger: User
let file: FileView
let folder: FolderView
let before: { items: ItemPage['items']; usage: Usage }

const now = async () => ({ items: (await must(200, children(user))).items, usage: await usageOf(user) })

beforeAll(async () => {
  ;[user, stranger] = await Promise.all([newUser(), aStranger()])
  file = await upload(user, { name: 'file', content })
  folder = await createFolder(user, 'folder')
  before = await now()
})

/** Each way to give something a name. */
const WAYS: Record<string, (name: string) => Promise<Answer<unknown>>> = {
  'a new folder': (name) => call('POST', '/folders', { token: user.token, json: { name } }),
  'an upload': (name) => beginUpload(user, { name, ...described }),
  'a renamed file': (name) => call('PATCH', `/files/${file.id}`, { token: user.token, json: { name } }),
  'a renamed folder': (name) => call('PATCH', `/folders/${folder.id}`, { token: user.token, json: { name } }),
  'a copy': (name) => call('POST', `/files/${file.id}/copies`, { token: user.token, json: { name } }),
}

const NAMES = {
  'of a traversal': ['..', '.', '../a', '..\\a', 'a/b', '/', '/etc/passwd', 'a\\b', '\\', '....//'],
  'with control characters': ['\u0000', 'a\u0000b', 'a\nb', 'a\rb', '\u001b[31m', '\u007f', '\u0085', 'a\u0000.png'],
  'with direction marks': ['\u202egnp.exe', 'a\u202db', '\u2066a', 'a\u2069'],
  'too long': ['x'.repeat(256), 'é'.repeat(128), '語'.repeat(86), '🦊'.repeat(64)],
  'not in normal form C': ['e\u0301', 'a\u030a', '\u212b', '\u1100\u1161', 'n\u0303.txt'],
  'that nobody sees': ['', ' ', '   ', '\u00a0', '\u200b', '\u2060', '\u0301', '\ufeff'],
  'with space around it': [' a', 'a ', '\ta', 'a\n', '\u00a0a', 'a\u3000'],
  'of broken Unicode': ['\ud800', 'a\udc00', '\udc00\ud800'],
}

describe.each(Object.entries(NAMES))('a name %s is refused', (_, names) => {
  test.each(Object.keys(WAYS))('for %s', async (way) => {
    for (const name of some(names, way.length)) {
      const outcome = outcomeOf(await WAYS[way]!(name))
      expect({ name, outcome }).toEqual({ name, outcome: '400 name_invalid' })
    }
  })
})

describe('names are', () => {
  test('up to 255 bytes, and of any language', async () => {
    const { id } = await createFolder(stranger, 'names')
    const names = [
      'x'.repeat(255),
      'é'.repeat(127),
      '語'.repeat(85),
      'ﷺ',
      '.hidden',
      '...',
      'a..b',
      '-rf',
      '%2e%2e',
      'CON',
      'a:b',
      '<b>',
    ]
    for (const name of names) {
      const { id: made } = await createFolder(stranger, name, id)
      const found = await must(200, call<FolderView>('GET', `/folders/${made}`, { token: stranger.token }))
      expect(found.name).toBe(name)
    }
    const { items } = await must(200, children(stranger, id))
    expect(items.map(({ name }) => name).toSorted()).toEqual(names.toSorted())
  })
})

describe('an upload is refused', () => {
  const begin = (more: object) => beginUpload(user, { name: 'refused', ...described, ...more })

  test('of a size that is none', async () => {
    for (const size of [-1, 0.5, 2 ** 53, 5 * 2 ** 40 + 1, '10', null]) {
      expectProblem(await begin({ size }), 400, 'invalid_input')
    }
    expectProblem(await begin({ size: 5 * 2 ** 40, sha256: undefined }), 409, 'quota_exceeded')
  })

  test('without its digest, with one that is none, and with one where each part has its own', async () => {
    const hex = Buffer.from(described.sha256, 'base64').toString('hex')
    const wrong = [undefined, '', 'x', hex, described.sha256.slice(0, -1), described.sha256.replace(/.=$/, 'B=')]
    for (const digest of wrong) expectProblem(await begin({ sha256: digest }), 400, 'invalid_input')
    expectProblem(await begin({ size: 16 * MIB + 1 }), 400, 'invalid_input')
    expectProblem(await begin({ size: 16 * MIB, sha256: undefined }), 400, 'invalid_input')
  })

  test('of a type that would be more than a type', async () => {
    const types = [
      '',
      'text',
      'text/',
      '/plain',
      'text/plain\r\nx: y',
      'text/plain; a=b; c="d"',
      'a/b, c/d',
      'TEXT/PLAIN',
    ]
    for (const type of types) expectProblem(await begin({ type }), 400, 'invalid_input')
  })

  test('with both a path and a place', async () => {
    expectProblem(await begin({ path: 'a/b' }), 400, 'invalid_input')
    expectProblem(await begin({ path: 'a/b', name: undefined, folderId: 'root' }), 400, 'invalid_input')
  })
})

describe('ids that are none', () => {
  const IDS = [
    '..',
    '%2e%2e',
    '%00',
    '%2F',
    'a',
    'x'.repeat(65),
    'O%23x',
    'N%23x',
    '%F0%9F%A6%8A',
    "'%20or%201=1",
    '{id}',
  ]
  const ROUTES = ['GET /files/', 'GET /folders/', 'GET /uploads/', 'DELETE /trash/', 'DELETE /shared-with-me/']

  test.each(ROUTES)('%s* is found nowhere', async (route) => {
    const [method = '', path = ''] = route.split(' ')
    for (const id of some(IDS, route.length)) {
      const { status } = await call(method, `${path}${id}`, { token: user.token })
      expect([400, 404], `${path}${id}`).toContain(status)
    }
  })
})

describe('a cursor', () => {
  const page = (by: User, folderId: string, cursor: string, query = '') =>
    children(by, folderId, `limit=1&cursor=${encodeURIComponent(cursor)}${query}`)

  test('of another user, another folder or another search, or edited by hand, is refused', async () => {
    const names = ['cursor 1', 'cursor 2']
    const made = await Promise.all(names.map((name) => createFolder(user, name)))
    await Promise.all(names.map((name) => createFolder(stranger, name)))
    const inner = await createFolder(user, 'of cursors')
    const { nextCursor: mine } = await must(200, children(user, 'root', 'limit=1'))
    const { nextCursor: theirs } = await must(200, children(stranger, 'root', 'limit=1'))
    expect((await page(user, 'root', mine!)).status).toBe(200)
    expectProblem(await page(user, 'root', theirs!), 400, 'invalid_cursor')
    expectProblem(await page(user, inner.id, mine!), 400, 'invalid_cursor')
    expectProblem(await page(user, 'root', mine!, '&prefix=f'), 400, 'invalid_cursor')
    const [position = '', digest = ''] = mine!.split('.')
    const elsewhere = Buffer.from('zzz').toString('base64url')
    const edited = [
      `${elsewhere}.${digest}`,
      `${position}.`,
      position,
      `.${digest}`,
      `${mine}x`,
      'x',
      '.',
      mine!.slice(1),
    ]
    for (const cursor of edited) expectProblem(await page(user, 'root', cursor), 400, 'invalid_cursor')
    for (const list of ['/trash', '/shared-with-me', `/files/${file.id}/versions`, `/items/${file.id}/shares`]) {
      const answer = await call('GET', `${list}?cursor=${encodeURIComponent(mine!)}`, { token: user.token })
      expectProblem(answer, 400, 'invalid_cursor')
    }
    expectProblem(await page(user, 'root', 'x'.repeat(513)), 400, 'invalid_input')
    for (const { id } of [...made, inner]) await must(204, call('DELETE', `/folders/${id}`, { token: user.token }))
  })

  test('beside a limit that is none is refused', async () => {
    for (const limit of ['0', '101', '-1', '1.5', '1e1', '', 'all', '00']) {
      expectProblem(await children(user, 'root', `limit=${limit}`), 400, 'invalid_input')
    }
  })
})

test('after all that nothing had changed, and nothing had been charged', async () => {
  expect(await now()).toEqual(before)
})
