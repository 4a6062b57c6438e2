import { expect } from 'vitest'
import { newAddress } from './accounts.ts'
import { call } from './client.ts'
import {
  beginUpload,
  children,
  complete,
  createFolder,
  MIB,
  must,
  newUser,
  send,
  type User,
  upload,
  urlOf,
  usageOf,
} from './files.ts'
import { randomContent, sha256 } from './s3.ts'

/** By the routes of files; the others by those of accounts. Together they are all there are. */
export const FILE_ROUTES_WITH_BODY = [
  'POST /files',
  'POST /uploads/{id}/parts',
  'PATCH /files/{id}',
  'POST /files/{id}/copies',
  'POST /folders',
  'PATCH /folders/{id}',
  'POST /trash/{id}/restoration',
  'PUT /items/{id}/metadata',
  'POST /items/{id}/shares',
  'POST /files/{id}/links',
  'POST /links/open',
] as const

const digest = sha256(randomContent(1))
const FIRST_PART = { number: 1, size: 16 * MIB, sha256: digest }
const LARGE = 20 * MIB

/** One of each that a route needs, so that every one of them can be asked rightfully once. */
export async function makeThings(user: User) {
  const { token } = user
  const giver = await newUser()
  const ask = <Body extends { id: string }>(path: string, json: object, by = token) =>
    must(201, call<Body>('POST', path, { token: by, json }))
  const trash = (kind: string, { id }: { id: string }) => must(204, call('DELETE', `/${kind}/${id}`, { token }))

  await upload(user, { name: 'file' })
  const file = await upload(user, { name: 'file' })
  const folder = await createFolder(user, 'folder')
  const [toTrash, toRestore, toRemove] = [
    await upload(user, { name: 'to trash' }),
    await upload(user, { name: 'to restore' }),
    await upload(user, { name: 'to remove' }),
  ]
  await trash('files', toRestore)
  await trash('files', toRemove)
  const { upload: open } = await must(201, beginUpload(user, { name: 'open', size: LARGE }))
  const sent = await send(user, { name: 'sent' })
  const share = await ask(`/items/${folder.id}/shares`, { email: giver.email, access: 'read' })
  const offered = [await createFolder(giver, 'offered'), await createFolder(giver, 'declined')]
  for (const { id } of offered) await ask(`/items/${id}/shares`, { email: user.email, access: 'read' }, giver.token)
  const expiresAt = new Date(Date.now() + 86_400_000).toISOString()
  const link = await ask(`/files/${file.id}/links`, { expiresAt })
  const folderToTrash = await createFolder(user, 'folder to trash')
  // From now on neither S3 nor a scanner changes any of it.
  await urlOf(user, file.id)
  await urlOf(user, (await must(200, complete(user, sent.id))).upload.fileId!)
  const { items } = await must(200, children(user))
  const usage = await usageOf(user)
  const [accepted, declined] = offered.map(({ id }) => id)
  const ids = { accepted: accepted!, declined: declined!, link: link.id, share: share.id, open: open.id, sent: sent.id }
  return {
    ...ids,
    file: file.id,
    folder: folder.id,
    toTrash: toTrash.id,
    toRestore: toRestore.id,
    toRemove: toRemove.id,
    folderToTrash: folderToTrash.id,
    items,
    usage,
  }
}

export type Things = Awaited<ReturnType<typeof makeThings>>

/** Nothing was made, changed, trashed, shared or charged since. */
export async function expectThings(user: User, { items, usage, ...ids }: Things): Promise<void> {
  const get = (path: string) => must(200, call<Record<string, unknown[]>>('GET', path, { token: user.token }))
  expect((await must(200, children(user))).items).toEqual(items)
  expect(await usageOf(user)).toEqual(usage)
  expect((await get('/trash')).trashed).toHaveLength(2)
  expect((await get('/uploads')).uploads).toMatchObject([{ id: ids.open }])
  expect((await get(`/files/${ids.file}/versions`)).versions).toHaveLength(2)
  expect((await get(`/items/${ids.folder}/shares`)).shares).toMatchObject([{ id: ids.share, access: 'read' }])
  const links = await get(`/files/${ids.file}/links`)
  expect(links.links).toEqual([expect.not.objectContaining({ revokedAt: expect.anything() })])
  expect((await get('/shared-with-me?state=offered')).items).toHaveLength(2)
  expect(await get(`/items/${ids.file}/metadata`)).toMatchObject({ revision: 0 })
}

/** In an order in which none spoils the next. */
export function fileUses(things: () => Things) {
  const the = (name: Exclude<keyof Things, 'items' | 'usage'>) => () => ({ id: things()[name] })
  const file = the('file')
  const folder = the('folder')
  const link = () => ({ id: things().file, linkId: things().link })
  return {
    'GET /me/usage': { status: 200 },
    'POST /files': { status: 201, json: { name: 'new', size: LARGE } },
    'GET /uploads': { status: 200 },
    'GET /uploads/{id}': { status: 200, ids: the('open') },
    'POST /uploads/{id}/parts': { status: 200, ids: the('open'), json: { parts: [FIRST_PART] } },
    'POST /uploads/{id}/completion': { status: 200, ids: the('sent') },
    'DELETE /uploads/{id}': { status: 204, ids: the('open') },
    'GET /files/{id}': { status: 200, ids: file },
    'GET /files/{id}/content': { status: 302, ids: file },
    'PATCH /files/{id}': { status: 200, ids: file, json: { name: 'renamed' } },
    'POST /files/{id}/copies': { status: 201, ids: file, json: { name: 'copy' } },
    'GET /files/{id}/versions': { status: 200, ids: file },
    'POST /files/{id}/versions/{version}/restoration': {
      status: 200,
      ids: () => ({ id: things().file, version: '1' }),
    },
    'DELETE /files/{id}/versions/{version}': { status: 204, ids: () => ({ id: things().file, version: '2' }) },
    'POST /folders': { status: 201, json: { name: 'new folder' } },
    'GET /folders/{id}': { status: 200, ids: folder },
    'GET /folders/{id}/children': { status: 200, ids: folder },
    'PATCH /folders/{id}': { status: 200, ids: folder, json: { name: 'renamed folder' } },
    'GET /items/{id}/metadata': { status: 200, ids: folder },
    'PUT /items/{id}/metadata': { status: 200, ids: file, json: { custom: { a: 1 }, tags: [] } },
    'POST /items/{id}/shares': { status: 201, ids: file, json: { email: newAddress(), access: 'read' } },
    'GET /items/{id}/shares': { status: 200, ids: folder },
    'DELETE /items/{id}/shares/{shareId}': {
      status: 204,
      ids: () => ({ id: things().folder, shareId: things().share }),
    },
    'GET /shared-with-me': { status: 200 },
    'POST /shared-with-me/{id}/acceptance': { status: 200, ids: the('accepted') },
    'DELETE /shared-with-me/{id}': { status: 204, ids: the('declined') },
    'POST /files/{id}/links': {
      status: 201,
      ids: file,
      json: { expiresAt: new Date(Date.now() + 86_400_000).toISOString() },
    },
    'GET /files/{id}/links': { status: 200, ids: file },
    'GET /files/{id}/links/{linkId}/uses': { status: 200, ids: link },
    'DELETE /files/{id}/links/{linkId}': { status: 204, ids: link },
    'DELETE /files/{id}': { status: 204, ids: the('toTrash') },
    'DELETE /folders/{id}': { status: 204, ids: the('folderToTrash') },
    'GET /trash': { status: 200 },
    'POST /trash/{id}/restoration': { status: 200, ids: the('toRestore'), json: {} },
    'DELETE /trash/{id}': { status: 204, ids: the('toRemove') },
  }
}
