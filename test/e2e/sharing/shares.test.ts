import { beforeAll, describe, expect, test } from 'vitest'
import { newAddress, openAccount, signIn } from '../accounts.ts'
import { call, expectProblem } from '../client.ts'
import { aStranger, createFolder, type FolderView, must, newUser, outcomeOf, type User, upload } from '../files.ts'
import { type Access, accept, leave, offer, sharedWith, sharesOf, unshare } from '../sharing.ts'

let owner: User
let guest: User

beforeAll(async () => {
  ;[owner, guest] = await Promise.all([newUser(), newUser()])
})

const newFolder = (name: string) => createFolder(owner, name)
const see = (by: User, { id }: FolderView) => call('GET', `/folders/${id}`, { token: by.token })
const ids = async (by: User, state?: 'offered' | 'accepted') =>
  (await sharedWith(by, state)).map(({ itemId }) => itemId)

describe('an offer', () => {
  test('lets nobody in before it is accepted, and then whom it was made to', async () => {
    const folder = await newFolder('offered')
    const share = await must(201, offer(owner, folder.id, guest.email, 'read'))
    expect(share).toMatchObject({ address: guest.email, access: 'read', state: 'offered' })
    expect(share).not.toHaveProperty('userId')
    expectProblem(await see(guest, folder), 404, 'folder_not_found')
    const [offered] = (await sharedWith(guest, 'offered')).filter(({ itemId }) => itemId === folder.id)
    const told = { itemId: folder.id, kind: 'folder', name: 'offered', ownerId: owner.id, access: 'read' }
    expect(offered).toMatchObject({ ...told, state: 'offered' })
    expect(await ids(guest)).not.toContain(folder.id)

    const accepted = await must(200, accept(guest, folder.id))
    expect(accepted).toMatchObject({ ...told, state: 'accepted' })
    expect(await must(200, accept(guest, folder.id))).toEqual(accepted)
    expect((await see(guest, folder)).status).toBe(200)
    expect(await ids(guest)).toContain(folder.id)
    expect(await ids(guest, 'offered')).not.toContain(folder.id)
    expect(await sharesOf(owner, folder.id)).toEqual([{ ...share, state: 'accepted', userId: guest.id }])
  })

  test('does not tell whether anybody has the address', async () => {
    const folder = await newFolder('of neutral offers')
    const [known, unknown] = await Promise.all(
      [guest.email, newAddress()].map((email) => offer(owner, folder.id, email, 'read')),
    )
    const shape = ({ status, body }: typeof known & object) => ({
      status,
      fields: Object.keys(body),
      state: body.state,
    })
    expect(shape(known!)).toEqual(shape(unknown!))
    const listed = await sharesOf(owner, folder.id)
    expect(listed.map(({ state }) => state)).toEqual(['offered', 'offered'])
  })

  test('is accepted by the address’s owner alone, also if the account comes after it', async () => {
    const folder = await newFolder('for one to come')
    const email = newAddress()
    await must(201, offer(owner, folder.id, email.toUpperCase(), 'read'))
    for (const other of [guest, owner]) expectProblem(await accept(other, folder.id), 404, 'share_not_found')
    const account = await openAccount({ email })
    const { accessToken: token } = await signIn(account)
    const newcomer = { ...account, token }
    expect(await ids(newcomer, 'offered')).toEqual([folder.id])
    await must(200, accept(newcomer, folder.id))
    expect((await see(newcomer, folder)).status).toBe(200)
    expectProblem(await see(guest, folder), 404, 'folder_not_found')
  })

  test('changes its access when it is made again, accepted or not', async () => {
    const folder = await newFolder('of changing access')
    const access = async () => (await sharesOf(owner, folder.id)).map(({ access }) => access)
    const share = await must(201, offer(owner, folder.id, guest.email, 'read'))
    expect(await must(201, offer(owner, folder.id, guest.email, 'write'))).toMatchObject({ id: share.id })
    expect(await access()).toEqual(['write'])
    await must(200, accept(guest, folder.id))
    const create = () =>
      call('POST', '/folders', { token: guest.token, json: { name: 'by the guest', folderId: folder.id } })
    await must(201, offer(owner, folder.id, guest.email, 'read'))
    expectProblem(await create(), 403, 'read_only')
    await must(201, offer(owner, folder.id, guest.email, 'write'))
    expect((await create()).status).toBe(201)
    expect(await access()).toEqual(['write'])
  })

  test('made or accepted by many at once is one', async () => {
    const folder = await newFolder('of many offers')
    const made = await Promise.all(
      Array.from({ length: 8 }, () => offer(owner, folder.id, guest.email, 'read', { mayBeBusy: true })),
    )
    expect(made.map(outcomeOf)).toContain('201')
    expect(await sharesOf(owner, folder.id)).toHaveLength(1)
    const accepted = await Promise.all(Array.from({ length: 8 }, () => accept(guest, folder.id, { mayBeBusy: true })))
    expect(accepted.map(outcomeOf)).toContain('200')
    expect(await sharesOf(owner, folder.id)).toMatchObject([{ state: 'accepted', userId: guest.id }])
  })

  test('is not made to oneself, to no address, or of what is not one’s own', async () => {
    const folder = await newFolder('of bad offers')
    const refused = [owner.email, owner.email.toUpperCase(), '', 'x', 'a@b@c', `x@${'y'.repeat(300)}`, 'é@example.com']
    for (const email of refused) expectProblem(await offer(owner, folder.id, email, 'read'), 400, 'invalid_input')
    for (const access of ['own', 'admin', '']) {
      expectProblem(await offer(owner, folder.id, guest.email, access as Access), 400, 'invalid_input')
    }
    for (const id of [owner.id, 'x'.repeat(22)]) {
      expectProblem(await offer(owner, id, guest.email, 'read'), 404, 'item_not_found')
    }
    expectProblem(await offer(guest, folder.id, newAddress(), 'read'), 404, 'item_not_found')
    expect(await sharesOf(owner, folder.id)).toEqual([])
  })

  test('is declined, and can be made again', async () => {
    const folder = await newFolder('declined')
    await must(201, offer(owner, folder.id, guest.email, 'read'))
    await must(204, leave(guest, folder.id))
    expect(await ids(guest, 'offered')).not.toContain(folder.id)
    expect(await sharesOf(owner, folder.id)).toEqual([])
    expectProblem(await accept(guest, folder.id), 404, 'share_not_found')
    await must(201, offer(owner, folder.id, guest.email, 'read'))
    await must(200, accept(guest, folder.id))
  })
})

describe('what is shared', () => {
  async function share(name: string): Promise<{ folder: FolderView; shareId: string }> {
    const folder = await newFolder(name)
    const { id: shareId } = await must(201, offer(owner, folder.id, guest.email, 'write'))
    await must(200, accept(guest, folder.id))
    return { folder, shareId }
  }

  test('is left, once and again, for good', async () => {
    const { folder } = await share('left')
    await must(204, leave(guest, folder.id))
    expectProblem(await see(guest, folder), 404, 'folder_not_found')
    await must(204, leave(guest, folder.id))
    await must(204, leave(guest, 'x'.repeat(22)))
    expect(await sharesOf(owner, folder.id)).toEqual([])
    expect(await ids(guest)).not.toContain(folder.id)
  })

  test('is not any more from the next request on, when its owner says so', async () => {
    const { folder, shareId } = await share('unshared')
    await must(204, unshare(owner, folder.id, shareId))
    expectProblem(await see(guest, folder), 404, 'folder_not_found')
    expect(await ids(guest)).not.toContain(folder.id)
    expectProblem(await unshare(owner, folder.id, shareId), 404, 'share_not_found')
    expectProblem(await accept(guest, folder.id), 404, 'share_not_found')
  })

  test('is unshared by its owner alone, and by the right item', async () => {
    const { folder, shareId } = await share('still shared')
    const other = await newFolder('another')
    const stranger = await aStranger()
    expectProblem(await unshare(guest, folder.id, shareId), 403, 'owner_only')
    expectProblem(await unshare(stranger, folder.id, shareId), 404, 'item_not_found')
    expectProblem(await unshare(owner, other.id, shareId), 404, 'share_not_found')
    expectProblem(await unshare(owner, folder.id, 'x'.repeat(22)), 404, 'share_not_found')
    expect((await see(guest, folder)).status).toBe(200)
  })

  test('is left out of the list while it is in the trash', async () => {
    const { folder } = await share('in the trash')
    await must(204, call('DELETE', `/folders/${folder.id}`, { token: owner.token }))
    expect(await ids(guest)).not.toContain(folder.id)
    expectProblem(await see(guest, folder), 404, 'folder_not_found')
    await must(200, call('POST', `/trash/${folder.id}/restoration`, { token: owner.token, json: {} }))
    expect(await ids(guest)).toContain(folder.id)
  })

  test('is listed in pages, on both sides', async () => {
    const taker = await newUser()
    const folders = await Promise.all([1, 2, 3].map((n) => newFolder(`page ${n}`)))
    for (const { id } of folders) {
      await must(201, offer(owner, id, taker.email, 'read'))
      await must(200, accept(taker, id))
    }
    expect(new Set(await ids(taker))).toEqual(new Set(folders.map(({ id }) => id)))
    const [folder] = folders
    const addresses = [newAddress(), newAddress(), taker.email]
    for (const email of addresses) await must(201, offer(owner, folder!.id, email, 'read'))
    expect((await sharesOf(owner, folder!.id)).map(({ address }) => address).toSorted()).toEqual(addresses.toSorted())
  })

  test('as a file shows neither its folder nor what is beside it', async () => {
    const folder = await newFolder('private')
    const file = await upload(owner, { name: 'shown', folderId: folder.id })
    const beside = await upload(owner, { name: 'beside', folderId: folder.id })
    await must(201, offer(owner, file.id, guest.email, 'write'))
    await must(200, accept(guest, file.id))
    const { scan: _, ...seen } = await must(
      200,
      call<{ scan: string }>('GET', `/files/${file.id}`, { token: guest.token }),
    )
    const { folderId: __, ...rest } = file
    expect(seen).toEqual(rest)
    expectProblem(await see(guest, folder), 404, 'folder_not_found')
    expectProblem(await call('GET', `/files/${beside.id}`, { token: guest.token }), 404, 'file_not_found')
    const renaming = { token: guest.token, json: { name: 'mine' } }
    expectProblem(await call('PATCH', `/files/${file.id}`, renaming), 403, 'owner_only')
    expectProblem(await call('DELETE', `/files/${file.id}`, { token: guest.token }), 403, 'owner_only')
  })
})
