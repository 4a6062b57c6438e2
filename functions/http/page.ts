import { createHash } from 'node:crypto'
import * as v from 'valibot'
import { LetheError } from '../errors.ts'

/** The query of a list: how many entries, and a cursor that an earlier page gave. */
export const page = {
  limit: v.optional(v.pipe(v.string(), v.regex(/^([1-9]\d?|100)$/, 'must be a whole number from 1 to 100'))),
  cursor: v.optional(v.pipe(v.string(), v.maxLength(512, 'is too long'))),
}
/** Part of the answer of a list, unless it is the last page. */
export const nextCursor = v.optional(v.string())

const DEFAULT_PAGE = 20

/** Whose list it is, and which. */
type List = { caller: string; name: string }

/** How many entries were asked for, and after which position; undefined is the beginning. */
export function askedPage({ limit, cursor }: { limit?: string | undefined; cursor?: string | undefined }, list: List) {
  return {
    limit: Number(limit ?? DEFAULT_PAGE),
    after: cursor === undefined ? undefined : positionOf(cursor, list),
  }
}

/** The cursor of the next page, as a part of the answer; nothing when this was the last page. */
export function following(last: string | undefined, list: List): { nextCursor?: string } {
  return last === undefined ? {} : { nextCursor: cursorAt(last, list) }
}

/**
 * A sort position, with a digest over position, caller and list: the cursor of another caller or list, or one edited by
 * hand, is refused with `invalid_cursor`. Security does not depend on the digest, because the partition key never comes
 * from the cursor.
 */
export function cursorAt(position: string, list: List): string {
  return `${Buffer.from(position).toString('base64url')}.${digest(position, list)}`
}

export function positionOf(cursor: string, list: List): string {
  const position = Buffer.from(cursor.split('.')[0] ?? '', 'base64url').toString()
  if (cursorAt(position, list) !== cursor) throw new LetheError('invalid_cursor')
  return position
}

function digest(position: string, { caller, name }: List): string {
  return createHash('sha256')
    .update(JSON.stringify([caller, name, position]))
    .digest('base64url')
    .slice(0, 22)
}
