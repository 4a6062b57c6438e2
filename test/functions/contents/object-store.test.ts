import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { config } from '../../../functions/config.ts'
import { objectStore } from '../../../functions/contents/object-store.ts'
import { NOW } from '../../helpers/builders.ts'
import { type FakeCloud, startFakeCloud } from '../../helpers/fake-cloud.ts'
import { anUpload } from '../../helpers/files.ts'
import { sumOf } from '../../helpers/sum-of.ts'

let cloud: FakeCloud
let objects: ReturnType<typeof objectStore>
beforeAll(async () => {
  cloud = await startFakeCloud()
  Object.assign(process.env, cloud.variables)
  objects = objectStore(config.aws(), cloud.variables.FILES_BUCKET ?? '')
})
afterAll(() => cloud.stop())
beforeEach(() => {
  cloud.forget()
  cloud.s3.stored.clear()
  cloud.s3.uploads.clear()
  cloud.s3.state.pageSize = 1000
})

const UNAVAILABLE = { code: 'store_unavailable' }
const sha256 = sumOf('part')
const inParts = anUpload({ uploadId: 'of S3', size: 40, partSize: 16 })
const THREE = [1, 2, 3].map((number) => ({ number, size: number < 3 ? 16 : 8, sha256 }))
const partsThere = THREE.map((part) => ({ ...part, etag: `"${part.number}"`, at: 0 }))
const send = (parts = THREE) => cloud.s3.uploads.set('of S3', parts)

describe('an object', () => {
  it('is seen with its length and its digest', async () => {
    cloud.s3.stored.set('abc', { size: 7, sum: sha256, at: NOW })
    expect(await objects.head('abc')).toEqual({ size: 7, sum: sha256 })
  })
  it('that is not there is absent', async () => {
    expect(await objects.head('abc')).toBeUndefined()
  })
  it.each(['throttled', 'broken'] as const)('is not taken for absent where S3 fails: %s', async (fault) => {
    cloud.fail('s3:HeadObject', fault, fault, fault)
    await expect(objects.head('abc')).rejects.toMatchObject(UNAVAILABLE)
    expect(cloud.calls).toHaveLength(3)
  })
  it('is removed, there or not, with the parts of its upload', async () => {
    cloud.s3.stored.set(inParts.id, { size: 7, sum: sha256, at: NOW })
    send()
    for (let time = 0; time < 2; time++) await objects.remove(inParts)
    expect([cloud.s3.stored.size, cloud.s3.uploads.size]).toEqual([0, 0])
    cloud.forget()
    await objects.remove(anUpload())
    expect(cloud.calls).toEqual(['s3:DeleteObject'])
  })
  it.each(['s3:AbortMultipartUpload', 's3:DeleteObject'])('is not removed where %s fails', async (action) => {
    cloud.fail(action, 'throttled', 'throttled', 'throttled')
    await expect(objects.remove(inParts)).rejects.toMatchObject(UNAVAILABLE)
  })
  it('is found in the list of all, page by page', async () => {
    for (const id of ['a', 'b', 'c', 'd', 'e']) cloud.s3.stored.set(id, { size: 1, sum: '', at: NOW })
    cloud.s3.state.pageSize = 2
    const first = await objects.list(undefined)
    expect(first.found).toEqual([
      { id: 'a', at: NOW },
      { id: 'b', at: NOW },
    ])
    const second = await objects.list(first.next)
    const third = await objects.list(second.next)
    expect([...second.found, ...third.found].map(({ id }) => id)).toEqual(['c', 'd', 'e'])
    expect(third.next).toBeUndefined()
  })
})

describe('parts', () => {
  it('are told with number, size and digest, all of them, page by page', async () => {
    send()
    cloud.s3.state.pageSize = 2
    expect(await objects.listParts(inParts)).toEqual({ parts: partsThere.slice(0, 2), next: 2 })
    expect(await objects.listParts(inParts, 2)).toEqual({ parts: partsThere.slice(2), next: undefined })
    expect(await objects.allParts(inParts)).toEqual(partsThere)
  })
  it('of an upload that S3 does not know are unknown, not none', async () => {
    expect(await objects.listParts(inParts)).toBeUndefined()
    expect(await objects.allParts(inParts)).toBeUndefined()
    send([])
    expect(await objects.allParts(inParts)).toEqual([])
  })
  it('are not unknown where S3 fails', async () => {
    cloud.fail('s3:ListParts', 'broken', 'broken', 'broken')
    await expect(objects.allParts(inParts)).rejects.toMatchObject(UNAVAILABLE)
  })
})

describe('parts put together', () => {
  const putTogether = () => objects.putTogether(inParts, partsThere)

  it('are the object', async () => {
    send()
    await putTogether()
    expect(await objects.head(inParts.id)).toMatchObject({ size: 40, sum: expect.stringMatching(/-3$/) })
  })
  it.each([
    ['with a gap', [partsThere[0], partsThere[2]]],
    ['of a wrong size', [partsThere[0], { ...partsThere[1]!, size: 15 }, partsThere[2]]],
    ['that are none', []],
  ])('%s are refused before S3 is asked', async (_, parts) => {
    send()
    await expect(
      objects.putTogether(
        inParts,
        parts.map((part) => part!),
      ),
    ).rejects.toThrow(inParts.id)
    expect(cloud.calls).toEqual([])
  })
  it('are no failure when it was done before: the upload is gone, or the object is there', async () => {
    await putTogether()
    send()
    cloud.s3.stored.set(inParts.id, { size: 40, sum: '', at: NOW })
    await putTogether()
    expect(cloud.calls).toEqual(Array(2).fill('s3:CompleteMultipartUpload'))
  })
  it('are a failure where S3 says 200 and an error, as it may after minutes', async () => {
    send()
    cloud.fail('s3:CompleteMultipartUpload', 'belated', 'belated', 'belated')
    await expect(putTogether()).rejects.toMatchObject(UNAVAILABLE)
    expect(cloud.s3.stored.size).toBe(0)
  })
  it.each(['throttled', 'broken'] as const)('are a failure where S3 fails: %s', async (fault) => {
    send()
    cloud.fail('s3:CompleteMultipartUpload', fault, fault, fault)
    await expect(putTogether()).rejects.toMatchObject(UNAVAILABLE)
  })
  it('whose answer was lost are found done when it is asked again', async () => {
    send()
    cloud.fail('s3:CompleteMultipartUpload', 'lost')
    await putTogether()
    expect(await objects.head(inParts.id)).toMatchObject({ size: 40 })
  })
})
