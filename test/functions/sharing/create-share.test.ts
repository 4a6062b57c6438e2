import { describe, expect, it } from 'vitest'
import { anId } from '../../helpers/builders.ts'
import { aCaller, type TestCaller } from '../../helpers/callers.ts'
import { TABLES } from '../../helpers/dynamodb.ts'
import { grant, withFile, withFolder } from '../../helpers/files.ts'
import { rawItems } from '../../helpers/raw-items.ts'
import { usingRoute } from '../../helpers/routes.ts'

const route = usingRoute(() => import('../../../functions/sharing/create-share.ts'), 'dynamodb:GetItem')
const { database, cloud, handler } = route

const offer = (caller: TestCaller, id: string, email: string, access = 'read') =>
  caller.ask('POST', handler(), { path: { id }, body: { email, access } })
const sharesOf = async (id: string) =>
  (await rawItems(database(), TABLES.files, `N#${id}`)).filter(({ sk }) => sk?.S?.startsWith('g#'))

async function anOwner() {
  const owner = await aCaller(route)
  const { id } = await withFile(database(), { owner: owner.userId })
  return { owner, id }
}

describe('offering an item', () => {
  it('tells neither by its answer nor by its calls whether the address has an account', async () => {
    const { owner, id } = await anOwner()
    const someone = await aCaller(route)
    const seen = []
    for (const email of [someone.address, `${anId()}@example.com`]) {
      cloud().forget()
      const { status, body, headers } = await offer(owner, id, email)
      const { id: share, address, ...rest } = body
      expect(address).toBe(email.toLowerCase())
      seen.push({ status, rest, share: share.length, headers, calls: [...cloud().calls], writes: cloud().units.write })
    }
    expect(seen[0]).toEqual(seen[1])
    expect(seen[0]).toMatchObject({ status: 201, rest: { access: 'read', state: 'offered' } })
  })

  it('again changes the access, by whatever spelling of the address', async () => {
    const { owner, id } = await anOwner()
    const first = await offer(owner, id, 'Jane.Doe@Example.com')
    const second = await offer(owner, id, 'jane.doe@ｅxample.COM', 'write')
    expect(second).toMatchObject({ status: 201, body: { ...first.body, access: 'write' } })
    expect(await sharesOf(id)).toHaveLength(1)
  })

  it.each(['not an address', 'two@at@example.com', 'a@b', ''])('to %j is refused', async (email) => {
    const { owner, id } = await anOwner()
    expect(await offer(owner, id, email)).toMatchObject({ status: 400, body: { code: 'invalid_input' } })
    expect(await sharesOf(id)).toEqual([])
  })

  it('to oneself is refused, by whatever spelling', async () => {
    const { owner, id } = await anOwner()
    for (const email of [owner.address, owner.address.toUpperCase()]) {
      expect((await offer(owner, id, email)).body).toMatchObject({
        code: 'invalid_input',
        errors: [{ field: 'email' }],
      })
    }
    expect(await sharesOf(id)).toEqual([])
  })

  it('of another access is refused', async () => {
    const { owner, id } = await anOwner()
    expect((await offer(owner, id, 'jane@example.com', 'own')).body.code).toBe('invalid_input')
  })

  it('is for its owner: others may not, and strangers do not find it', async () => {
    const { id } = await anOwner()
    const writer = await aCaller(route)
    await grant(database(), id, writer.userId, 'write')
    expect((await offer(writer, id, 'jane@example.com')).body.code).toBe('owner_only')
    expect((await offer(await aCaller(route), id, 'jane@example.com')).body.code).toBe('item_not_found')
    expect(await sharesOf(id)).toHaveLength(1)
  })

  it('takes folders, but neither a root nor what is not there', async () => {
    const { owner } = await anOwner()
    const folder = await withFolder(database(), { owner: owner.userId })
    expect((await offer(owner, folder.id, 'jane@example.com')).status).toBe(201)
    expect((await offer(owner, owner.userId, 'jane@example.com')).body.code).toBe('item_not_found')
    expect((await offer(owner, anId(), 'jane@example.com')).body.code).toBe('item_not_found')
  })
})
