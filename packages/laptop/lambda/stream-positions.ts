import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import * as v from 'valibot'

/** How far a mapping has read a shard: up to this sequence number, or to its end. */
export type Position = { after: string } | 'closed'

/** The positions of one mapping. */
export type ShardPositions = {
  get: (shardId: string) => Position | undefined
  /** Resolves when the position is on the disk. */
  set: (shardId: string, position: Position) => Promise<void>
  /** Forgets shards that the stream no longer has. */
  keep: (shardIds: ReadonlySet<string>) => Promise<void>
}

const fileContents = v.record(
  v.string(),
  v.record(v.string(), v.union([v.literal('closed'), v.strictObject({ after: v.string() })])),
)

/** Opens the file. Positions of other mappings are forgotten: if such a mapping comes back, it starts anew. */
export async function openPositions(file: string, mappings: readonly string[]) {
  const known = await readPositions(file)
  const positions = new Map(mappings.map((mapping) => [mapping, new Map(Object.entries(known[mapping] ?? {}))]))
  await mkdir(dirname(file), { recursive: true })
  let written = Promise.resolve()

  function save(): Promise<void> {
    const write = () => writeAtomically(file, positions)
    written = written.then(write, write)
    return written
  }

  return {
    of(mapping: string): ShardPositions {
      const shards = positions.get(mapping) ?? new Map<string, Position>()
      return {
        get: (shardId) => shards.get(shardId),
        set(shardId, position) {
          shards.set(shardId, position)
          return save()
        },
        async keep(shardIds) {
          const gone = [...shards.keys()].filter((shardId) => !shardIds.has(shardId))
          for (const shardId of gone) shards.delete(shardId)
          if (gone.length > 0) await save()
        },
      }
    },
  }
}

async function readPositions(file: string): Promise<v.InferOutput<typeof fileContents>> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {}
    throw error
  }
  try {
    return v.parse(fileContents, JSON.parse(text))
  } catch (cause) {
    throw new Error(`${file} does not hold stream positions`, { cause })
  }
}

async function writeAtomically(file: string, positions: Map<string, Map<string, Position>>): Promise<void> {
  const contents = Object.fromEntries([...positions].map(([mapping, shards]) => [mapping, Object.fromEntries(shards)]))
  const draft = await open(`${file}.new`, 'w')
  try {
    await draft.writeFile(`${JSON.stringify(contents, null, 2)}\n`)
    await draft.sync()
  } finally {
    await draft.close()
  }
  await rename(`${file}.new`, file)
}
