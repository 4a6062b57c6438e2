import { describe, expect, it } from 'vitest'
import { aCaller } from '../../helpers/callers.ts'
import { holders, versionChangesIn, withNewVersion } from '../../helpers/file-history.ts'
import { grant, withFile } from '../../helpers/files.ts'
import { usingRoute } from '../../helpers/routes.ts'

const route = usingRoute(() => import('../../../functions/files/remove-version.ts'), 'dynamodb:GetItem')
const { database, cloud, handler, afterReadingAhead } = route

async function aFile() {
  const owner = await aCaller(route)
  const first = await withFile(database(), { owner: owner.userId })
  await withNewVersion(database(), first, { owner: owner.userId })
  const remove = (version: string, caller = owner) =>
    caller.ask('DELETE', handler(), { path: { id: first.id, version } })
  return { owner, first, remove, id: first.id }
}

describe('removing a version', () => {
  it('lets its content go, and has it freed by the worker', async () => {
    const { first, remove } = await aFile()
    expect(await remove('1')).toMatchObject({ status: 204 })
    expect(await holders(database(), first.object)).toEqual({ holding: 0, refs: 0 })
    expect(cloud().messages).toEqual([{ kind: 'release', object: first.object }])
  })

  it('costs three calls and a message', async () => {
    const { remove } = await aFile()
    cloud().forget()
    expect(await remove('1')).toMatchObject({ status: 204 })
    expect(cloud().calls).toEqual([
      'dynamodb:BatchGetItem',
      'dynamodb:BatchGetItem',
      'dynamodb:TransactWriteItems',
      'sqs:SendMessage',
    ])
  })

  it('that somebody else removed since it was read drops no reference twice', async () => {
    const { owner, first, remove, id } = await aFile()
    afterReadingAhead(() => versionChangesIn(database()).remove(id, 1, owner.userId))
    expect(await remove('1')).toMatchObject({ status: 404, body: { code: 'version_not_found' } })
    expect(await holders(database(), first.object)).toEqual({ holding: 0, refs: 0 })
  })

  it('is refused by name where it is the current one, unknown, or not the caller’s, and frees nothing', async () => {
    const { first, remove, id } = await aFile()
    const writer = await aCaller(route)
    await grant(database(), id, writer.userId, 'write')
    expect(await remove('2')).toMatchObject({ status: 409, body: { code: 'version_current' } })
    expect(await remove('3')).toMatchObject({ status: 404, body: { code: 'version_not_found' } })
    expect(await remove('1', writer)).toMatchObject({ status: 403, body: { code: 'owner_only' } })
    expect(await remove('1', await aCaller(route))).toMatchObject({ status: 404, body: { code: 'file_not_found' } })
    expect(cloud().messages).toEqual([])
    expect(await holders(database(), first.object)).toEqual({ holding: 1, refs: 1 })
  })
})
