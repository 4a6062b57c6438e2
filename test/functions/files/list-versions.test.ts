import { describe, expect, it } from 'vitest'
import { anId, NOW } from '../../helpers/builders.ts'
import { aCaller, type TestCaller } from '../../helpers/callers.ts'
import { withNewVersion } from '../../helpers/file-history.ts'
import { grant, withFile } from '../../helpers/files.ts'
import { usingRoute } from '../../helpers/routes.ts'

const route = usingRoute(() => import('../../../functions/files/list-versions.ts'), 'dynamodb:GetItem')
const { database, handler } = route

const list = (caller: TestCaller, id: string, query: Record<string, string> = {}) =>
  caller.ask('GET', handler(), { path: { id }, query })

async function aFile(versions: number) {
  const owner = await aCaller(route)
  let file = await withFile(database(), { owner: owner.userId })
  while (file.version < versions) file = await withNewVersion(database(), file, { owner: owner.userId })
  return { owner, file, id: file.id }
}

async function walk(caller: TestCaller, id: string, limit: string): Promise<number[][]> {
  const pages: number[][] = []
  let cursor: string | undefined
  do {
    const { body } = await list(caller, id, { limit, ...(cursor ? { cursor } : {}) })
    pages.push(body.versions.map(({ version }: { version: number }) => version))
    cursor = body.nextCursor
  } while (cursor !== undefined && pages.length < 20)
  return pages
}

describe('the versions of a file', () => {
  it('are shown with size, type, checksum, author and time, the current one first', async () => {
    const { owner, file, id } = await aFile(2)
    const { status, body } = await list(owner, id)
    const common = {
      size: 10,
      type: 'text/plain',
      checksum: { algorithm: 'SHA-256', value: file.sum },
      addedAt: new Date(NOW * 1000).toISOString(),
      addedBy: owner.userId,
    }
    expect(status).toBe(200)
    expect(body).toEqual({
      versions: [
        { version: 2, ...common, current: true },
        { version: 1, ...common, current: false },
      ],
    })
  })

  it.each([
    ['1', [[5], [4], [3], [2], [1]]],
    ['2', [[5, 4], [3, 2], [1]]],
    ['4', [[5, 4, 3, 2], [1]]],
    ['5', [[5, 4, 3, 2, 1]]],
  ])('come in pages of %s, each once', async (limit, pages) => {
    const { owner, id } = await aFile(5)
    const walked = await walk(owner, id, limit)
    expect(walked.filter((page) => page.length > 0)).toEqual(pages)
    expect(walked.length).toBeLessThanOrEqual(pages.length + 1)
  })

  it('are for those who may write it; a cursor is for nobody else and no other file', async () => {
    const { owner, id } = await aFile(3)
    const [reader, writer, stranger] = [await aCaller(route), await aCaller(route), await aCaller(route)]
    await grant(database(), id, reader.userId, 'read')
    await grant(database(), id, writer.userId, 'write')
    const { body } = await list(owner, id, { limit: '1' })
    const cursor = body.nextCursor
    expect((await list(reader, id)).body.code).toBe('read_only')
    expect((await list(writer, id)).body.versions).toHaveLength(3)
    expect((await list(stranger, id)).body.code).toBe('file_not_found')
    expect((await list(owner, anId())).body.code).toBe('file_not_found')
    expect((await list(writer, id, { cursor })).body.code).toBe('invalid_cursor')
    const other = await withFile(database(), { owner: owner.userId })
    expect((await list(owner, other.id, { cursor })).body.code).toBe('invalid_cursor')
    expect((await list(owner, id, { cursor })).status).toBe(200)
  })
})
