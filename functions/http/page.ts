import { createHash } from 'node:crypto'
import { LetheError } from '../errors.ts'

/**
 * A sort position, with a digest over whose list it belongs to: a cursor of another caller or list, or one edited by
 * hand, is refused by name. Safety does not rest on it; the partition key is always the caller's.
 */
export function cursorAt(position: string, list: { caller: string; name: string }): string {
  return `${Buffer.from(position).toString('base64url')}.${digest(position, list)}`
}

export function positionOf(cursor: string, list: { caller: string; name: string }): string {
  const position = Buffer.from(cursor.split('.')[0] ?? '', 'base64url').toString()
  if (cursorAt(position, list) !== cursor) throw new LetheError('invalid_cursor')
  return position
}

function digest(position: string, { caller, name }: { caller: string; name: string }): string {
  return createHash('sha256')
    .update(JSON.stringify([caller, name, position]))
    .digest('base64url')
    .slice(0, 22)
}
