import { describe, expect, it } from 'vitest'
import { MIB } from '../../../functions/contents/upload.ts'
import { usageStore } from '../../../functions/contents/usage-store.ts'
import { aCaller } from '../../helpers/callers.ts'
import { TABLES } from '../../helpers/dynamodb.ts'
import { begun, withFile } from '../../helpers/files.ts'
import { usingRoute } from '../../helpers/routes.ts'

const route = usingRoute(() => import('../../../functions/accounts/get-usage.ts'), 'dynamodb:GetItem')
const { database } = route

describe('GET /me/usage', () => {
  it('tells what is taken, by files and by open uploads, and how much there may be', async () => {
    const [caller, other] = [await aCaller(route), await aCaller(route)]
    const figures = async () => (await caller.ask('GET', route.handler())).body
    expect(await figures()).toEqual({ bytes: { used: 0, limit: 100 * MIB }, uploads: { open: 0, limit: 10 } })
    await withFile(database(), { owner: caller.userId, size: 7 })
    await begun(database(), { owner: caller.userId, size: 3 })
    await withFile(database(), { owner: other.userId, size: 5 })
    expect(await figures()).toEqual({ bytes: { used: 10, limit: 100 * MIB }, uploads: { open: 1, limit: 10 } })
    await usageStore(database().db, TABLES.files).setQuota({ userId: caller.userId, own: 5, otherwise: 100 * MIB })
    expect(await figures()).toMatchObject({ bytes: { used: 10, limit: 5 } })
  })
})
