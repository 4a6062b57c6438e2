import { describe, expect, it } from 'vitest'
import {
  contentOf,
  giveUpAt,
  isSumOfParts,
  isWhole,
  LARGEST_FILE,
  LARGEST_SINGLE,
  MIB,
  partCount,
  partSizeFor,
  partSizeOf,
} from '../../../functions/contents/upload.ts'
import { NOW } from '../../helpers/builders.ts'
import { anUpload } from '../../helpers/files.ts'

describe('parts', () => {
  it.each([LARGEST_SINGLE + 1, 160_000 * MIB, 160_000 * MIB + 1, 2 ** 40, LARGEST_FILE - 1, LARGEST_FILE])(
    'of %i bytes are at most 10 000, of whole MiB, and as S3 takes them',
    (size) => {
      const partSize = partSizeFor(size)
      expect(partCount({ size, partSize })).toBeLessThanOrEqual(10_000)
      expect(partSize % MIB).toBe(0)
      expect(partSize).toBeGreaterThanOrEqual(LARGEST_SINGLE)
      expect(partSize).toBeLessThanOrEqual(5 * 2 ** 30)
    },
  )

  it('are as small as may be', () => {
    expect(partSizeFor(160_000 * MIB)).toBe(16 * MIB)
    expect(partSizeFor(160_000 * MIB + 1)).toBe(17 * MIB)
  })

  it('have one size each, the last what is left', () => {
    const upload = { size: 40, partSize: 16 }
    expect([0, 1, 2, 3, 4].map((number) => partSizeOf(upload, number))).toEqual([undefined, 16, 16, 8, undefined])
    expect(partSizeOf({ size: 32, partSize: 16 }, 2)).toBe(16)
    expect(partSizeOf(upload, -1)).toBeUndefined()
  })

  it.each<[string, [number, number][], boolean]>([
    [
      'all of them',
      [
        [1, 16],
        [2, 16],
        [3, 8],
      ],
      true,
    ],
    [
      'in any order',
      [
        [3, 8],
        [1, 16],
        [2, 16],
      ],
      true,
    ],
    ['none', [], false],
    [
      'one too few',
      [
        [1, 16],
        [2, 16],
      ],
      false,
    ],
    [
      'a gap',
      [
        [1, 16],
        [3, 8],
        [4, 8],
      ],
      false,
    ],
    [
      'one too many',
      [
        [1, 16],
        [2, 16],
        [3, 8],
        [4, 1],
      ],
      false,
    ],
    [
      'one that is too small',
      [
        [1, 16],
        [2, 15],
        [3, 8],
      ],
      false,
    ],
    [
      'one that is too large',
      [
        [1, 16],
        [2, 16],
        [3, 16],
      ],
      false,
    ],
  ])('are the whole or not: %s', (_, parts, whole) => {
    const upload = anUpload({ size: 40, partSize: 16, uploadId: 'of S3' })
    expect(
      isWhole(
        upload,
        parts.map(([number, size]) => ({ number, size })),
      ),
    ).toBe(whole)
  })

  it.each([
    ['abc-3', true],
    ['abc-2', false],
    ['abc-13', false],
    ['abc', false],
    ['3', false],
  ])('have a sum like %s: %s', (sum, is) => {
    expect(isSumOfParts(sum, anUpload({ size: 40, partSize: 16 }))).toBe(is)
  })
})

describe('an upload', () => {
  it('is given up two hours after it was begun, one in parts a day after its last part', () => {
    const inParts = anUpload({ createdAt: NOW, uploadId: 'of S3' })
    expect(giveUpAt(anUpload({ createdAt: NOW }))).toBe(NOW + 7200)
    expect(giveUpAt(inParts)).toBe(NOW + 86_400)
    expect(giveUpAt(inParts, NOW + 1000)).toBe(NOW + 1000 + 86_400)
  })

  it('becomes a content with the sum that was found, and the size of its parts if it has any', () => {
    const upload = anUpload()
    const { id: object, size, type, by: addedBy } = upload
    const content = { object, size, type, sum: 'found', addedAt: 5, addedBy }
    expect(contentOf(upload, 'found', 5)).toEqual(content)
    expect(contentOf({ ...upload, partSize: 16 }, 'found', 5)).toEqual({ ...content, partSize: 16 })
  })
})
