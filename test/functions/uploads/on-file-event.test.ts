import { describe, expect, it } from 'vitest'
import type { Upload } from '../../../functions/contents/upload.ts'
import { anId, inParallel, NOW } from '../../helpers/builders.ts'
import { begun, treeIn, uploadsIn, usedBy } from '../../helpers/files.ts'
import { deliver, usingTrigger } from '../../helpers/triggers.ts'

const { database, cloud, handler, logged } = usingTrigger(() => import('../../../functions/uploads/on-file-event.ts'))
const created = ({ id }: { id: string }) => ({
  'detail-type': 'Object Created',
  detail: { object: { key: `o/${id}` } },
})
const scanned = ({ id }: { id: string }, scanResultStatus: string) => ({
  'detail-type': 'GuardDuty Malware Protection Object Scan Result',
  detail: {
    scanStatus: 'COMPLETED',
    s3ObjectDetails: { objectKey: `o/${id}` },
    scanResultDetails: { scanResultStatus },
  },
})
const arrive = ({ id, size, sum = '' }: Upload) => cloud().s3.stored.set(id, { size, sum, at: NOW })
const tell = (...bodies: unknown[]) => deliver(handler(), ...bodies)
const find = ({ id }: Upload) => uploadsIn(database()).find(id)

describe('an object that came into being', () => {
  it('becomes a file, once, however often it is told', async () => {
    const upload = await begun(database())
    arrive(upload)
    expect(await tell(created(upload), created(upload))).toEqual([])
    await inParallel(8, () => tell(created(upload)))
    const listed = { id: upload.node, version: 1, v: 1, changedAt: NOW }
    expect(await treeIn(database()).child(upload.folder, upload.name)).toMatchObject(listed)
    expect(await usedBy(database(), upload.owner)).toEqual({ used: 10, open: 0 })
  })

  it('and is gone again leaves the upload as it was', async () => {
    const upload = await begun(database())
    expect(await tell(created(upload))).toEqual([])
    expect(await find(upload)).toEqual(upload)
  })

  it('but is known to nobody, or is of a dead upload, is thrown away', async () => {
    const [dead, stray] = [await begun(database()), { id: anId() }]
    await uploadsIn(database()).giveUp(dead, 'ended', NOW)
    for (const { id } of [dead, stray]) cloud().s3.stored.set(id, { size: 10, sum: '', at: NOW })
    expect(await tell(created(dead), created(stray))).toEqual([])
    expect(cloud().s3.stored.has(dead.id) || cloud().s3.stored.has(stray.id)).toBe(false)
  })

  it('where S3 fails keeps its message in the queue, and only its own', async () => {
    const [one, two] = [await begun(database()), await begun(database())]
    arrive(one)
    arrive(two)
    cloud().fail('s3:HeadObject', 'throttled', 'throttled', 'throttled')
    expect(await tell(created(one), created(two))).toEqual([0])
    expect([(await find(one))?.state, (await find(two))?.state]).toEqual(['pending', 'ready'])
    expect(await tell(created(one))).toEqual([])
    expect((await find(one))?.state).toBe('ready')
  })
})

describe('what the scanner found', () => {
  it('is noted before or after the object is a file', async () => {
    const upload = await begun(database(), { scan: 'pending' })
    arrive(upload)
    expect(await tell(scanned(upload, 'NO_THREATS_FOUND'), created(upload))).toEqual([])
    expect(await find(upload)).toMatchObject({ state: 'ready', scan: 'clean' })
    await tell(scanned(upload, 'THREATS_FOUND'))
    expect(await find(upload)).toMatchObject({ state: 'ready', scan: 'infected' })
    await tell(scanned(upload, 'NO_THREATS_FOUND'))
    expect((await find(upload))?.scan).toBe('infected')
  })

  it('of nothing that is known leaves nothing', async () => {
    const stray = { id: anId() }
    expect(await tell(scanned(stray, 'THREATS_FOUND'))).toEqual([])
    expect(await uploadsIn(database()).find(stray.id)).toBeUndefined()
  })
})

it('a message about another key leaves the queue; one that nobody understands ends among the dead letters', async () => {
  const other = { 'detail-type': 'Object Created', detail: { object: { key: 'elsewhere' } } }
  expect(await tell(other, '{', { 'detail-type': 'Object Deleted' })).toEqual([1, 2])
  expect(logged).toHaveLength(2)
})
