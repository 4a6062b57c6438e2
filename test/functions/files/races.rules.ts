import { describe, expect, it } from 'vitest'
import type { Wanted } from '../../../functions/files/change.ts'
import { MOST_DEPTH, type Node } from '../../../functions/files/item.ts'
import { moving } from '../../../functions/files/moving.ts'
import { anId, inParallel, NOW } from '../../helpers/builders.ts'
import { type DynamoDb, TABLES } from '../../helpers/dynamodb.ts'
import { treeIn, withFile, withFolder } from '../../helpers/files.ts'

/** Rounds at once are of different owners. */
const AT_ONCE = 10

export function treeRaceRules(database: () => DynamoDb, { rounds }: { rounds: number }): void {
  const tree = () => treeIn(database())

  /** The code of what refused it; undefined when it went through. */
  function tryToMove(id: string, caller: string, asked: Wanted, kind: 'file' | 'folder' = 'folder') {
    const move = moving(database().db, TABLES.files, tree()).move(kind, id, asked, { caller, now: NOW }, undefined)
    return move.then(
      () => undefined,
      (error: { code?: string }) => error.code,
    )
  }

  /** Each can be reached from the root, and each is listed once. */
  async function expectAllReachable(owner: string, nodes: readonly Node[]): Promise<void> {
    const places = await Promise.all(nodes.map(({ id }) => tree().find(id, owner)))
    expect(places.map((place) => place?.node.id)).toEqual(nodes.map(({ id }) => id))
    for (const place of places) expect(place?.chain.length).toBeLessThan(MOST_DEPTH)
    const listed = await Promise.all(
      [owner, ...nodes.map(({ id }) => id)].map((id) => tree().children(id, { limit: 99 })),
    )
    const ids = listed.flatMap(({ children }) => children.map(({ id }) => id))
    expect(ids.toSorted()).toEqual(nodes.map(({ id }) => id).toSorted())
  }

  /** Each moves below the next: true when at least one of them went through. Never do all. */
  async function raceInRing(size: number): Promise<boolean> {
    const owner = anId()
    // Deep enough for the one before already: but for the last, only the version of the tree tells that it changed.
    const ring = await inParallel(size, (height) => withFolder(database(), { owner, height }))
    const codes = await inParallel(size, (at) =>
      tryToMove(ring[at]!.id, owner, { folderId: ring[(at + 1) % size]!.id }),
    )
    expect(codes.some((code) => code !== undefined)).toBe(true)
    for (const code of codes) expect([undefined, 'folder_loop', 'store_unavailable']).toContain(code)
    await expectAllReachable(owner, ring)
    return codes.includes(undefined)
  }

  describe('moves against each other never make a loop, and lose no folder', () => {
    it.each([2, 3, 5])(`in a ring of %i, ${rounds} rounds`, async (size) => {
      let won = 0
      for (let round = 0; round < rounds; round += AT_ONCE) {
        const races = await inParallel(AT_ONCE, () => raceInRing(size))
        won += races.filter(Boolean).length
      }
      // Whoever loses again and again is told to come again, and in a few rounds that is everyone.
      expect(won).toBeGreaterThan(rounds / 2)
    })

    it('between trees of several levels, every one below another', async () => {
      for (let round = 0; round < rounds / 10; round++) {
        const owner = anId()
        const tops = await inParallel(4, () => withFolder(database(), { owner }))
        const leaves = await inParallel(4, (at) => withFolder(database(), { owner, into: tops[at] }))
        await inParallel(16, (at) => {
          const [from, into] = [at % 4, Math.floor(at / 4)]
          return tryToMove(tops[from]!.id, owner, { folderId: leaves[into]!.id })
        })
        await expectAllReachable(owner, [...tops, ...leaves])
      }
    })
  })

  it('of eight files that take one name at once, one has it, and the others are as before', async () => {
    const owner = anId()
    const files = await inParallel(8, () => withFile(database(), { owner }))
    const codes = await inParallel(8, (at) => tryToMove(files[at]!.id, owner, { name: 'wanted' }, 'file'))
    expect(codes.filter((code) => code === undefined)).toHaveLength(1)
    for (const code of codes) expect([undefined, 'name_taken', 'store_unavailable']).toContain(code)
    for (const [at, { id, name }] of files.entries()) {
      expect((await tree().find(id, owner))?.node.name).toBe(codes[at] === undefined ? 'wanted' : name)
    }
  })

  it('of eight names that one file gets at once, the last counts, and it is listed once', async () => {
    const owner = anId()
    const file = await withFile(database(), { owner })
    const codes = await inParallel(8, (at) => tryToMove(file.id, owner, { name: `name ${at}` }, 'file'))
    const done = codes.filter((code) => code === undefined).length
    const { children } = await tree().children(owner, { limit: 9 })
    expect(children).toHaveLength(1)
    expect(children[0]).toMatchObject({ id: file.id, v: 1 + done })
    expect((await tree().find(file.id, owner))?.node.name).toBe(children[0]?.name)
  })
}
