import { describe, expect, it } from 'vitest'
import {
  accessTo,
  admit,
  type Grant,
  type Need,
  type Place,
  parentOf,
  rootPlace,
} from '../../../functions/files/access.ts'
import type { Node } from '../../../functions/files/item.ts'

const OWNER = 'the owner'
const node = (id: string, folder = OWNER): Node => ({
  id,
  kind: 'folder',
  owner: OWNER,
  folder,
  name: id,
  ancestors: [],
})
const place = (access: Place['access'], accessAbove: Place['accessAbove']): Place => ({
  node: node('inner', 'outer'),
  chain: [node('outer')],
  access,
  accessAbove,
})

function refusalOf(at: Place, need: Need): unknown {
  try {
    admit(at, need)
    return 'admitted'
  } catch (error) {
    return (error as { code: string }).code
  }
}

describe('who may do what', () => {
  it.each<[string, Place, Record<Need, string>]>([
    [
      'the owner',
      place('owner', 'owner'),
      { read: 'admitted', write: 'admitted', change: 'admitted', own: 'admitted' },
    ],
    [
      'one who may write to it and to its folder',
      place('write', 'write'),
      { read: 'admitted', write: 'admitted', change: 'admitted', own: 'owner_only' },
    ],
    [
      'one who may write to it alone',
      place('write', undefined),
      { read: 'admitted', write: 'admitted', change: 'owner_only', own: 'owner_only' },
    ],
    [
      'one who may write to it, and read its folder',
      place('write', 'read'),
      { read: 'admitted', write: 'admitted', change: 'read_only', own: 'owner_only' },
    ],
    [
      'one who may read it',
      place('read', 'read'),
      { read: 'admitted', write: 'read_only', change: 'read_only', own: 'owner_only' },
    ],
  ])('%s', (_, at, expected) => {
    const needs: Need[] = ['read', 'write', 'change', 'own']
    expect(Object.fromEntries(needs.map((need) => [need, refusalOf(at, need)]))).toEqual(expected)
  })
})

describe('the access to an item', () => {
  const chain = [node('inner', 'outer'), node('outer')]
  const granted = (grants: Record<string, Grant>) => accessTo(chain, 'another', new Map(Object.entries(grants)))

  it('is its owner’s, whatever is granted', () => {
    expect(accessTo(chain, OWNER, new Map())).toBe('owner')
  })

  it('is the best that a share of it, or of a folder above it, gives', () => {
    expect(granted({})).toBeUndefined()
    expect(granted({ inner: 'read' })).toBe('read')
    expect(granted({ outer: 'read' })).toBe('read')
    expect(granted({ inner: 'read', outer: 'write' })).toBe('write')
    expect(granted({ inner: 'write', outer: 'read' })).toBe('write')
    expect(granted({ elsewhere: 'write' })).toBeUndefined()
  })
})

describe('the folder that lists an item', () => {
  it('is the nearest above it, or the root of its owner', () => {
    expect(parentOf(place('owner', 'owner'))).toMatchObject({ node: { id: 'outer' }, chain: [] })
    const inRoot: Place = { ...place('owner', 'owner'), node: node('inner'), chain: [] }
    expect(parentOf(inRoot)).toMatchObject({ node: { id: OWNER }, chain: [] })
  })

  it('is for those who may change what it lists: nobody changes a root', () => {
    expect(() => parentOf(place('write', 'read'))).toThrow('read_only')
    expect(() => parentOf(rootPlace(OWNER))).toThrow('owner_only')
  })
})
