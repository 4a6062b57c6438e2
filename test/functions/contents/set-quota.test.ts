import { describe, expect, it } from 'vitest'
import { MIB } from '../../../functions/contents/upload.ts'
import { anId, NOW } from '../../helpers/builders.ts'
import { LIMITS, usageIn } from '../../helpers/files.ts'
import { usingTrigger } from '../../helpers/triggers.ts'

const { database, cloud, handler } = usingTrigger(() => import('../../../functions/contents/set-quota.ts'))
const figures = (userId: string) => usageIn(database()).read(userId, LIMITS)

describe('the quota of a user', () => {
  it('is set in MiB and given back, and nothing that is kept is lost', async () => {
    const userId = anId()
    await usageIn(database()).reserve(userId, { id: anId(), size: 7, at: NOW }, LIMITS)
    await handler()({ userId, mib: 1024 })
    expect(await figures(userId)).toMatchObject({ quota: 1024 * MIB, used: 7 })
    await handler()({ userId, mib: 0 })
    expect(await figures(userId)).toMatchObject({ quota: 0, used: 7 })
    await handler()({ userId, mib: null })
    expect(await figures(userId)).toMatchObject({ quota: 100 * MIB, used: 7 })
  })

  it.each([
    {},
    { userId: 'x', mib: 1 },
    { userId: 'a'.repeat(22) },
    { userId: 'a'.repeat(22), mib: -1 },
    { userId: 'a'.repeat(22), mib: 1.5 },
    { userId: 'a'.repeat(22), mib: '1' },
    { userId: 'a'.repeat(22), mib: 1, more: true },
    null,
  ])('is not set by %j', async (event) => {
    await expect(handler()(event)).rejects.toThrow()
    expect(cloud().calls).toEqual([])
  })

  it('whose answer was lost is set once', async () => {
    const userId = anId()
    await usageIn(database()).reserve(userId, { id: anId(), size: 7, at: NOW }, LIMITS)
    cloud().fail('dynamodb:UpdateItem', 'lost')
    await handler()({ userId, mib: 1 })
    expect(await figures(userId)).toMatchObject({ quota: MIB, used: 7 })
  })
})
