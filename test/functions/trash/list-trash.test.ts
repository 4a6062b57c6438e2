import { describe, expect, it } from 'vitest'
import { TRASH_LIFE } from '../../../functions/trash/trash.ts'
import { DAY, NOW } from '../../helpers/builders.ts'
import { aCaller, type TestCaller } from '../../helpers/callers.ts'
import { trashIn } from '../../helpers/file-history.ts'
import { withFile, withFolder } from '../../helpers/files.ts'
import { usingRoute } from '../../helpers/routes.ts'

const route = usingRoute(() => import('../../../functions/trash/list-trash.ts'), 'dynamodb:GetItem')
const { database, handler } = route

const list = (caller: TestCaller, query: Record<string, string> = {}) => caller.ask('GET', handler(), { query })
const iso = (seconds: number) => new Date(seconds * 1000).toISOString()
const trash = (kind: 'file' | 'folder', id: string, caller: TestCaller, now = NOW) =>
  trashIn(database()).trash(kind, id, { caller: caller.userId, now }, undefined)

describe('my trash', () => {
  it('shows what it holds as it was, since when, by whom, and until when', async () => {
    const owner = await aCaller(route)
    const folder = await withFolder(database(), { owner: owner.userId, name: 'plans' })
    await trash('folder', folder.id, owner, NOW - DAY)
    const { status, body } = await list(owner)
    const common = { revision: 1, createdAt: iso(NOW), changedAt: iso(NOW), changedBy: owner.userId }
    expect(status).toBe(200)
    expect(body).toEqual({
      trashed: [
        {
          item: { kind: 'folder', id: folder.id, name: 'plans', folderId: 'root', ...common },
          trashedAt: iso(NOW - DAY),
          trashedBy: owner.userId,
          goneAt: iso(NOW - DAY + TRASH_LIFE),
        },
      ],
    })
  })

  it('comes page by page, newest first, by a cursor that is nobody else’s', async () => {
    const [owner, other] = [await aCaller(route), await aCaller(route)]
    const files = []
    for (const at of [2, 1, 0]) {
      files.push(await withFile(database(), { owner: owner.userId }))
      await trash('file', files.at(-1)!.id, owner, NOW - at)
    }
    const first = await list(owner, { limit: '2' })
    const cursor = first.body.nextCursor
    const rest = await list(owner, { limit: '2', cursor })
    const ids = [first, rest].flatMap(({ body }) => body.trashed.map(({ item }: { item: { id: string } }) => item.id))
    expect(ids).toEqual(files.map(({ id }) => id).toReversed())
    expect(rest.body).not.toHaveProperty('nextCursor')
    expect(await list(other, { cursor })).toMatchObject({ status: 400, body: { code: 'invalid_cursor' } })
    expect(await list(owner, { cursor: `${cursor}x` })).toMatchObject({ body: { code: 'invalid_cursor' } })
    expect((await list(other)).body).toEqual({ trashed: [] })
  })

  it('shows nothing that goes already', async () => {
    const owner = await aCaller(route)
    const [given, over] = [
      await withFile(database(), { owner: owner.userId }),
      await withFile(database(), { owner: owner.userId }),
    ]
    await trash('file', given.id, owner)
    await trashIn(database()).giveUp(owner.userId, given.id, NOW)
    await trash('file', over.id, owner, NOW - TRASH_LIFE)
    expect((await list(owner)).body).toEqual({ trashed: [] })
  })
})
