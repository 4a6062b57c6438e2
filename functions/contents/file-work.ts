/**
 * A message of the file work queue; it holds only ids. `put-together` completes an upload in parts, `discard` deletes
 * what S3 has of a dead object, `release` frees an object without references, `purge` deletes an item in the trash for
 * good.
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
