import { expect } from 'vitest'
import { call } from './client.ts'
import {
  aStranger,
  beginUpload,
  children,
  complete,
  createFolder,
  MIB,
  must,
  send,
  type User,
  upload,
  urlOf,
  usageOf,
} from './files.ts'

const LARGE = 20 * MIB

/** One of each that a route needs, so that every one of them can be asked rightfully once. */
export async function makeThings(user: User, session = '') {
  const { token } = user
  const giver = await aStranger()
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
  const offered = [await createFolder(giver, `offered ${user.id}`), await createFolder(giver, `declined ${user.id}`)]
  for (const { id } of offered) await ask(`/items/${id}/shares`, { email: user.email, access: 'read' }, giver.token)
  const expiresAt = new Date(Date.now() + 86_400_000).toISOString()
  const link = await ask<{ id: string; token: string }>(`/files/${file.id}/links`, { expiresAt })
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
    session,
    file: file.id,
    folder: folder.id,
    toTrash: toTrash.id,
    toRestore: toRestore.id,
    toRemove: toRemove.id,
    linkToken: link.token,
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

/** A rightful request of one route: this is the least test that a route has. */
export type Use = {
  /** How it is answered, the first time. */
  status: number
  /** Where the ids in its path come from. */
  ids?: (things: Things) => Record<string, string>
  json?: (things: Things) => Record<string, unknown>
  /** Fields of the body that may be left out. */
  optional?: readonly string[]
  /** Anyone may call it. */
  public?: true
}

/** The id of one of the things. */
export const idOf = (name: Exclude<keyof Things, 'items' | 'usage'>) => (things: Things) => ({ id: things[name] })
