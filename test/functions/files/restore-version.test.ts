import { describe, expect, it } from 'vitest'
import { NOW } from '../../helpers/builders.ts'
import { aCaller } from '../../helpers/callers.ts'
import { versionsIn, withNewVersion } from '../../helpers/file-history.ts'
import { grant, treeIn, withFile, withFolder } from '../../helpers/files.ts'
import { usingRoute } from '../../helpers/routes.ts'

const route = usingRoute(() => import('../../../functions/files/restore-version.ts'), 'dynamodb:GetItem')
const { database, cloud, handler } = route

async function aFile() {
  const owner = await aCaller(route)
  const into = await withFolder(database(), { owner: owner.userId })
  const first = await withFile(database(), { owner: owner.userId, into })
  const second = await withNewVersion(database(), first, { owner: owner.userId })
  const restore = (version: string, headers = {}, caller = owner) =>
    caller.ask('POST', handler(), { path: { id: first.id, version }, headers })
  return { owner, into, first, second, restore, id: first.id }
}

describe('restoring a version', () => {
  it('answers with the file as it is now, and its revision as the tag', async () => {
    const { owner, into, first, restore } = await aFile()
    const { status, headers, body } = await restore('1', { 'if-match': '"2"' })
    const times = { createdAt: new Date(NOW * 1000).toISOString(), changedAt: new Date(NOW * 1000).toISOString() }
    expect({ status, etag: headers.etag }).toEqual({ status: 200, etag: '"3"' })
    expect(body).toEqual({
      kind: 'file',
      id: first.id,
      name: first.name,
      folderId: into.id,
      revision: 3,
      ...times,
      changedBy: owner.userId,
      size: 10,
      type: 'text/plain',
      checksum: { algorithm: 'SHA-256', value: first.sum },
      version: 3,
    })
  })

  it('does not tell one with whom only the file is shared where it lies', async () => {
    const { id, restore } = await aFile()
    const writer = await aCaller(route)
    await grant(database(), id, writer.userId, 'write')
    const { status, body } = await restore('1', {}, writer)
    expect([status, 'folderId' in body]).toEqual([200, false])
  })

  it('is refused by name, and changes nothing', async () => {
    const { owner, id, restore } = await aFile()
    expect(await restore('1', { 'if-match': '"1"' })).toMatchObject({ status: 412, body: { code: 'version_conflict' } })
    expect(await restore('2')).toMatchObject({ status: 404, body: { code: 'version_not_found' } })
    for (const version of ['0', '-1', '01', 'x', '99999999999']) {
      expect(await restore(version)).toMatchObject({ status: 400, body: { code: 'invalid_input' } })
    }
    expect((await treeIn(database()).file(id, owner.userId, 'read')).listed.version).toBe(2)
  })

  it('looks again when another upload comes between, and puts nothing over it', async () => {
    const { owner, id, second, restore } = await aFile()
    cloud().justBefore('dynamodb:TransactWriteItems', () => withNewVersion(database(), second, { owner: owner.userId }))
    expect(await restore('1')).toMatchObject({ status: 200, body: { version: 4 } })
    expect((await versionsIn(database()).before(id, 99, 10)).old.map(({ version }) => version)).toEqual([3, 2])
  })

  it('but not over what its caller has not seen, when that is asked for', async () => {
    const { owner, second, restore } = await aFile()
    cloud().justBefore('dynamodb:TransactWriteItems', () => withNewVersion(database(), second, { owner: owner.userId }))
    expect(await restore('1', { 'if-match': '"2"' })).toMatchObject({ status: 412 })
  })
})
