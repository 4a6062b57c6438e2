import { beforeAll, describe, expect, test } from 'vitest'
import { newAddress } from './accounts.ts'
import { type BodyRoute, refusesBadBodies } from './bad-bodies.ts'
import { call } from './client.ts'
import type { FILE_ROUTES_WITH_BODY } from './file-routes.ts'
import {
  beginUpload,
  children,
  createFolder,
  expectUsage,
  type FileView,
  type FolderView,
  fileOf,
  MIB,
  must,
  newUser,
  type UploadView,
  type User,
  upload,
} from './files.ts'
import { uploadPage } from './multipart.ts'
import { PATIENCE } from './pace.ts'
import { randomContent, sha256 } from './s3.ts'

const content = randomContent(5)
const digest = sha256(content)
const SIZE = 20 * MIB
const name = 'changed.txt'
const folderId = 'root'

let user: User
let file: FileView
let folder: FolderView
let trashed: FileView
let open: UploadView
let link: string

beforeAll(async () => {
  user = await newUser()
  const { token } = user
  file = await upload(user, { name: 'file', content })
  folder = await createFolder(user, 'folder')
  trashed = await upload(user, { name: 'trashed', content })
  await must(204, call('DELETE', `/files/${trashed.id}`, { token }))
  open = (await must(201, beginUpload(user, { name: 'open', size: SIZE }))).upload
  const json = { expiresAt: tomorrow() }
  link = (await must(201, call<{ token: string }>('POST', `/files/${file.id}/links`, { token, json }))).token
}, PATIENCE)

const tomorrow = () => new Date(Date.now() + 86_400_000).toISOString()

type Case = Pick<BodyRoute, 'rightful' | 'optional'> & { id?: () => string }

const place = { rightful: () => ({ name, folderId }), optional: ['name', 'folderId'] }
const CASES: Record<(typeof FILE_ROUTES_WITH_BODY)[number], Case> = {
  'POST /files': {
    rightful: () => ({ folderId, name, size: content.length, type: 'text/plain', sha256: digest }),
    optional: ['folderId', 'type'],
  },
  'POST /uploads/{id}/parts': {
    id: () => open.id,
    rightful: () => ({ parts: [{ number: 2, size: 4 * MIB, sha256: digest }] }),
  },
  'PATCH /files/{id}': { ...place, id: () => file.id },
  'POST /files/{id}/copies': { ...place, id: () => file.id },
  'POST /folders': { ...place, optional: ['folderId'] },
  'PATCH /folders/{id}': { ...place, id: () => folder.id },
  'POST /trash/{id}/restoration': { ...place, id: () => trashed.id },
  'PUT /items/{id}/metadata': { id: () => file.id, rightful: () => ({ custom: { a: 'b' }, tags: ['c'] }) },
  'POST /items/{id}/shares': { id: () => file.id, rightful: () => ({ email: newAddress(), access: 'read' }) },
  'POST /files/{id}/links': {
    id: () => file.id,
    rightful: () => ({ expiresAt: tomorrow(), mostUses: 3 }),
    optional: ['mostUses'],
  },
  'POST /links/open': { rightful: () => ({ token: link }) },
}

refusesBadBodies(
  Object.entries(CASES).map(([route, { id, ...of }]) => ({
    ...of,
    name: route,
    token: () => user.token,
    target: () => (route.split(' ')[1] ?? '').replace('{id}', id?.() ?? ''),
  })),
)

describe('after all that', { timeout: PATIENCE }, () => {
  test('nothing had changed, and nothing had been charged', async () => {
    const { token } = user
    const { items } = await must(200, children(user))
    expect(items).toEqual([file, folder])
    expect(await fileOf(user, file.id)).toEqual(file)
    await expectUsage(user, 2 * content.length + SIZE, 1)
    expect(await must(200, uploadPage(user, open.id))).toEqual({ upload: open, parts: [] })
    const lists = ['/trash', `/items/${file.id}/shares`, `/files/${file.id}/links`, `/items/${file.id}/metadata`]
    const [trash, shares, links, metadata] = await Promise.all(
      lists.map((path) => must(200, call('GET', path, { token }))),
    )
    expect(trash).toMatchObject({ trashed: [{ item: trashed }] })
    expect(shares).toEqual({ shares: [] })
    expect(links).toMatchObject({ links: [{ uses: 0 }] })
    expect(metadata).toMatchObject({ revision: 0 })
  })
})
