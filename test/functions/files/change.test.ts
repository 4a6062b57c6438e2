import { describe, expect, it } from 'vitest'
import { rootPlace } from '../../../functions/files/access.ts'
import { changedTo, checkDepth, isDone, nodeIn } from '../../../functions/files/change.ts'
import { type ListedOf, MOST_DEPTH, type Node } from '../../../functions/files/item.ts'

const OWNER = 'the owner'
const folder = (id: string, above: string): Node => ({
  id,
  kind: 'folder',
  owner: OWNER,
  folder: above,
  name: id,
  ancestors: [],
})
const placeAt = (...ids: string[]) => {
  const [node, ...chain] = ids.map((id, index) => folder(id, ids[index + 1] ?? OWNER))
  return { node: node!, chain, access: 'owner', accessAbove: 'owner' } as const
}
const listed: ListedOf<'folder'> = {
  id: 'x',
  kind: 'folder',
  folder: 'from',
  name: 'old',
  v: 3,
  createdAt: 1,
  changedAt: 2,
  changedBy: OWNER,
}

describe('a change of place or name', () => {
  const target = { into: placeAt('to', 'above'), name: 'new' }

  it('raises the revision once and says who made it, and when', () => {
    expect(changedTo(listed, target, { caller: 'another', now: 9 })).toEqual({
      ...listed,
      folder: 'to',
      name: 'new',
      v: 4,
      changedAt: 9,
      changedBy: 'another',
    })
  })

  it('has a node with the folders above it', () => {
    expect(nodeIn(listed, target.into)).toMatchObject({ owner: OWNER, folder: 'to', ancestors: ['to', 'above'] })
  })
})

describe('a repeated change', () => {
  const there = { into: placeAt('from'), name: 'old' }
  const elsewhere = { into: placeAt('to'), name: 'old' }

  it('has happened when the item is there already, also where the answer to it was lost', () => {
    expect(isDone(listed, there, undefined)).toBe(true)
    expect(isDone(listed, there, 3)).toBe(true)
    expect(isDone(listed, there, 2)).toBe(true)
    expect(isDone(listed, elsewhere, 3)).toBe(false)
    expect(isDone(listed, elsewhere, undefined)).toBe(false)
  })

  it.each([
    ['elsewhere, one revision behind', elsewhere, 2],
    ['there, two revisions behind', there, 1],
    ['there, one that was never given', there, 4],
  ])('is refused: %s', (_, target, ifVersion) => {
    expect(() => isDone(listed, target, ifVersion)).toThrow('version_conflict')
  })
})

describe('depth', () => {
  const deep = (levels: number) => placeAt(...Array.from({ length: levels }, (_, index) => `folder ${index}`))

  it('counts the folder that comes, and what it has below it', () => {
    expect(() => checkDepth(deep(MOST_DEPTH - 1), 0)).not.toThrow()
    expect(() => checkDepth(deep(MOST_DEPTH), 0)).toThrow('too_deep')
    expect(() => checkDepth(rootPlace(OWNER), MOST_DEPTH - 1)).not.toThrow()
    expect(() => checkDepth(rootPlace(OWNER), MOST_DEPTH)).toThrow('too_deep')
  })
})
