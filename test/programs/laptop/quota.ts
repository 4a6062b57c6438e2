import assert from 'node:assert/strict'
import type { Begun, User } from './a-user.ts'
import type { Operator } from './operator.ts'

const MIB = 2 ** 20

/** A user's own quota: smaller, larger than the deployment's, and taken back. */
export async function tryQuota(user: User, { invoke }: Operator): Promise<void> {
  const limit = async () => (await user.usage()).bytes.limit
  const set = (mib: number | null) => invoke(/^ContentsSetQuotaFunction/, { userId: user.id, mib })
  const ordinary = await limit()
  const twoMib = Buffer.alloc(2 * MIB, 'x')

  await set(1)
  assert.equal(await limit(), MIB)
  const refused = await user.call<{ code: string }>('POST', '/files', {
    ...{ name: 'two.txt', size: twoMib.length, type: 'text/plain', sha256: `${'A'.repeat(43)}=` },
  })
  assert.deepEqual([refused.status, refused.body.code], [409, 'quota_exceeded'])
  assert.equal(await user.used(), 0)

  await set(2 * (ordinary / MIB))
  assert.equal(await limit(), 2 * ordinary)
  const large = await user.must<Begun>(201, 'POST', '/files', {
    name: 'large.bin',
    size: ordinary + MIB,
    type: 'text/plain',
  })
  await user.must(204, 'DELETE', `/uploads/${large.upload.id}`)

  await set(null)
  assert.equal(await limit(), ordinary)
  assert.equal(await user.used(), 0)
  await assert.rejects(() => invoke(/^ContentsSetQuotaFunction/, { userId: user.id, mib: -1 }))
}
