import { beforeAll, describe, expect, test } from 'vitest'
import { newAddress } from '../accounts.ts'
import { type Answer, call } from '../client.ts'
import {
  aStranger,
  beginUpload,
  children,
  createFolder,
  fileOf,
  MIB,
  must,
  newUser,
  outcomeOf,
  type UploadView,
  type User,
  upload,
  urlOf,
} from '../files.ts'
import { documentedRoutes } from '../openapi.ts'
import { callS3, randomContent, sha256 } from '../s3.ts'
import { share, unshare } from '../sharing.ts'

type Tree = { top: string; inner: string; file: string; open: UploadView; link: string; shareId: string }
type Who = 'reader' | 'writer' | 'stranger'
type Ask = (tree: Tree) => [path: string, json?: object]
type Rule = { ask: Ask; reader: string; writer: string; stranger: string }

const people: Record<Who | 'owner', User> = {} as Record<Who | 'owner', User>
let tree: Tree

const tomorrow = new Date(Date.now() + 86_400_000).toISOString()
const small = { size: 3, sha256: sha256(randomContent(3)) }
const GONE = { stranger: '404 file_not_found' }
const NO_FOLDER = { stranger: '404 folder_not_found' }
const NO_ITEM = { stranger: '404 item_not_found' }
const READS = { reader: '200', writer: '200' }
const OWNER_ONLY = { reader: '403 owner_only', writer: '403 owner_only' }
const WRITES = { reader: '403 read_only' }

/** Who may do what with an item of a shared folder: the whole of it, route by route. */
const RULES: Record<string, Rule> = {
  'GET /files/{id}': { ask: ({ file }) => [`/files/${file}`], ...READS, ...GONE },
  'GET /files/{id}/content': { ask: ({ file }) => [`/files/${file}/content`], reader: '302', writer: '302', ...GONE },
  'GET /files/{id}/versions': {
    ask: ({ file }) => [`/files/${file}/versions`],
    ...WRITES,
    writer: '200',
    ...GONE,
  },
  'GET /folders/{id}': { ask: ({ inner }) => [`/folders/${inner}`], ...READS, ...NO_FOLDER },
  'GET /folders/{id}/children': { ask: ({ inner }) => [`/folders/${inner}/children`], ...READS, ...NO_FOLDER },
  'GET /items/{id}/metadata': { ask: ({ file }) => [`/items/${file}/metadata`], ...READS, ...NO_ITEM },
  'PUT /items/{id}/metadata': {
    ask: ({ file }) => [`/items/${file}/metadata`, { custom: {}, tags: ['of a guest'] }],
    ...WRITES,
    writer: '200',
    ...NO_ITEM,
  },
  'POST /folders': {
    ask: ({ inner }) => ['/folders', { name: 'new', folderId: inner }],
    ...WRITES,
    writer: '201',
    ...NO_FOLDER,
  },
  'POST /files': {
    ask: ({ inner }) => ['/files', { name: 'new file', folderId: inner, ...small }],
    ...WRITES,
    writer: '201',
    ...NO_FOLDER,
  },
  'PATCH /files/{id}': {
    ask: ({ file }) => [`/files/${file}`, { name: 'renamed' }],
    ...WRITES,
    writer: '200',
    ...GONE,
  },
  'PATCH /folders/{id}': {
    ask: ({ inner }) => [`/folders/${inner}`, { name: 'renamed' }],
    ...WRITES,
    writer: '200',
    ...NO_FOLDER,
  },
  'POST /files/{id}/copies': {
    ask: ({ file }) => [`/files/${file}/copies`, { name: 'copy' }],
    ...WRITES,
    writer: '201',
    ...GONE,
  },
  'POST /files/{id}/versions/{version}/restoration': {
    ask: ({ file }) => [`/files/${file}/versions/1/restoration`],
    ...WRITES,
    writer: '200',
    ...GONE,
  },
  'DELETE /files/{id}/versions/{version}': { ask: ({ file }) => [`/files/${file}/versions/2`], ...OWNER_ONLY, ...GONE },
  'POST /items/{id}/shares': {
    ask: ({ file }) => [`/items/${file}/shares`, { email: newAddress(), access: 'read' }],
    ...OWNER_ONLY,
    ...NO_ITEM,
  },
  'GET /items/{id}/shares': { ask: ({ top }) => [`/items/${top}/shares`], ...OWNER_ONLY, ...NO_ITEM },
  'DELETE /items/{id}/shares/{shareId}': {
    ask: ({ top, shareId }) => [`/items/${top}/shares/${shareId}`],
    ...OWNER_ONLY,
    ...NO_ITEM,
  },
  'POST /files/{id}/links': {
    ask: ({ file }) => [`/files/${file}/links`, { expiresAt: tomorrow }],
    ...OWNER_ONLY,
    ...GONE,
  },
  'GET /files/{id}/links': { ask: ({ file }) => [`/files/${file}/links`], ...OWNER_ONLY, ...GONE },
  'GET /files/{id}/links/{linkId}/uses': {
    ask: ({ file, link }) => [`/files/${file}/links/${link}/uses`],
    ...OWNER_ONLY,
    ...GONE,
  },
  'DELETE /files/{id}/links/{linkId}': {
    ask: ({ file, link }) => [`/files/${file}/links/${link}`],
    ...OWNER_ONLY,
    ...GONE,
  },
  'DELETE /files/{id}': { ask: ({ file }) => [`/files/${file}`], ...WRITES, writer: '204', ...GONE },
  'DELETE /folders/{id}': { ask: ({ inner }) => [`/folders/${inner}`], ...WRITES, writer: '204', ...NO_FOLDER },
}

/** These ask about what is the caller's own alone: who shares anything there is told nothing. */
const OWN: Record<string, Ask> = {
  'GET /uploads/{id}': ({ open }) => [`/uploads/${open.id}`],
  'POST /uploads/{id}/parts': ({ open }) => [`/uploads/${open.id}/parts`, { parts: [{ number: 1, ...small }] }],
  'POST /uploads/{id}/completion': ({ open }) => [`/uploads/${open.id}/completion`],
  'DELETE /uploads/{id}': ({ open }) => [`/uploads/${open.id}`],
  'POST /trash/{id}/restoration': ({ file }) => [`/trash/${file}/restoration`, {}],
  'DELETE /trash/{id}': ({ file }) => [`/trash/${file}`],
}

function ask(who: User, route: string, rule: Ask, of = tree): Promise<Answer<unknown>> {
  const [method = ''] = route.split(' ')
  const [path, json] = rule(of)
  return call(method, path, { token: who.token, ...(json ? { json } : {}) })
}

async function plant(): Promise<Tree> {
  const { owner, reader, writer } = people
  const top = (await createFolder(owner, `shared ${Math.random()}`)).id
  const inner = (await createFolder(owner, 'inner', top)).id
  for (let n = 0; n < 2; n++) await upload(owner, { name: 'file', folderId: inner })
  const { id: file } = await upload(owner, { name: 'file', folderId: inner })
  const shareId = await share(owner, top, reader, 'read')
  await share(owner, top, writer, 'write')
  const { upload: open } = await must(201, beginUpload(owner, { name: 'open', folderId: inner, size: 20 * MIB }))
  const json = { expiresAt: tomorrow }
  const link = await must(201, call<{ id: string }>('POST', `/files/${file}/links`, { token: owner.token, json }))
  await urlOf(owner, file)
  return { top, inner, file, open, link: link.id, shareId }
}

beforeAll(async () => {
  const names = ['owner', 'reader', 'writer'] as const
  people.stranger = await aStranger()
  await Promise.all(names.map(async (name) => (people[name] = await newUser())))
  tree = await plant()
})

describe('in a shared folder', () => {
  test('there is a rule for every route that names an item or an upload', () => {
    const named = documentedRoutes
      .map(({ method, path }) => `${method} ${path}`)
      .filter((name) => /\{id\}/.test(name) && !/\/sessions|\/shared-with-me/.test(name))
    const known = [...Object.keys(RULES), ...Object.keys(OWN)].filter((name) => /\{id\}/.test(name))
    expect(known.toSorted()).toEqual(named.toSorted())
  })

  test.each(['stranger', 'reader'] as const)('a %s may do no more than that, and changes nothing', async (who) => {
    const { owner } = people
    const before = await fileOf(owner, tree.file)
    for (const [route, rule] of Object.entries(RULES)) {
      expect({ route, outcome: outcomeOf(await ask(people[who], route, rule.ask)) }).toEqual({
        route,
        outcome: rule[who],
      })
    }
    expect(await fileOf(owner, tree.file)).toEqual(before)
    expect((await must(200, children(owner, tree.inner))).items).toEqual([before])
  })

  test('a writer may write, but neither share nor remove for good', async () => {
    for (const [route, rule] of Object.entries(RULES)) {
      const outcome = outcomeOf(await ask(people.writer, route, rule.ask))
      expect({ route, outcome }).toEqual({ route, outcome: rule.writer })
    }
    tree = await plant()
  })

  test('what is the owner’s own stays so', async () => {
    const found = { files: '404 item_not_found', uploads: '404 upload_not_found' }
    for (const who of ['stranger', 'reader', 'writer'] as const) {
      for (const [route, rule] of Object.entries(OWN)) {
        const outcome = outcomeOf(await ask(people[who], route, rule))
        expect({ who, route, outcome }).toEqual({
          who,
          route,
          outcome: route.includes('/trash') ? found.files : found.uploads,
        })
      }
    }
  })

  test('a writer neither takes anything out of it nor puts the shared folder elsewhere', async () => {
    const { writer } = people
    const mine = await createFolder(writer, `own ${Math.random()}`)
    const { token } = writer
    for (const [path, json] of [
      [`/files/${tree.file}`, { folderId: 'root' }],
      [`/files/${tree.file}`, { folderId: mine.id }],
      [`/folders/${tree.inner}`, { folderId: mine.id }],
      [`/folders/${tree.top}`, { folderId: mine.id }],
      [`/folders/${tree.top}`, { name: 'mine' }],
    ] as const) {
      expect(outcomeOf(await call('PATCH', path, { token, json }))).toBe('403 owner_only')
    }
    expect(outcomeOf(await call('DELETE', `/folders/${tree.top}`, { token }))).toBe('403 owner_only')
    const copying = { token, json: { folderId: mine.id } }
    expect(outcomeOf(await call('POST', `/files/${tree.file}/copies`, copying))).toBe('403 owner_only')
  })

  test('a URL for one with whom it is shared lives a minute', async () => {
    const { url, expiresAt } = await urlOf(people.reader, tree.file)
    expect(new URL(url).searchParams.get('X-Amz-Expires')).toBe('60')
    expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(60_000)
    expect((await callS3('GET', url)).status).toBe(200)
  })

  test('nobody is let in any more from the next request on, by any route, once it is unshared', async () => {
    const { owner, writer } = people
    const folder = await createFolder(owner, 'shared for a while', tree.inner)
    const { upload: begun } = await must(
      201,
      beginUpload(writer, { name: 'of the writer', folderId: folder.id, size: 20 * MIB }),
    )
    const { shares } = await must(
      200,
      call<{ shares: { id: string; address: string }[] }>('GET', `/items/${tree.top}/shares`, { token: owner.token }),
    )
    const { id } = shares.find(({ address }) => address === writer.email)!
    await must(204, unshare(owner, tree.top, id))
    for (const [route, rule] of Object.entries(RULES)) {
      const outcome = outcomeOf(await ask(writer, route, rule.ask))
      expect({ route, outcome }).toEqual({ route, outcome: rule.stranger })
    }
    const part = { number: 1, size: 16 * MIB, sha256: small.sha256 }
    const parts = { token: writer.token, json: { parts: [part] } }
    expect(outcomeOf(await call('POST', `/uploads/${begun.id}/parts`, parts))).toBe('404 folder_not_found')
    await must(204, call('DELETE', `/uploads/${begun.id}`, { token: writer.token }))
  })
})
