/**
 * What travels on the queue of file work: names of things. `put-together` ends an upload in parts, `discard` throws
 * away what is there of a dead object, `release` frees what nobody holds any more, `purge` takes out of the trash.
 */
export type FileWork =
  | { kind: 'put-together' | 'discard' | 'release'; object: string }
  | { kind: 'purge'; owner: string; item: string }

export function parseFileWork(text: string): FileWork {
  const work: unknown = JSON.parse(text)
  if (isFileWork(work)) return work
  throw new Error('not a message of file work')
}

function isFileWork(work: unknown): work is FileWork {
  if (typeof work !== 'object' || work === null || !('kind' in work)) return false
  if (work.kind === 'purge') return isText(work, 'owner') && isText(work, 'item')
  return ['put-together', 'discard', 'release'].includes(String(work.kind)) && isText(work, 'object')
}

const isText = (work: object, name: string) =>
  typeof Object.entries(work).find(([key]) => key === name)?.[1] === 'string'
