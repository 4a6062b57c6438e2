import { describe, expect, it } from 'vitest'
import { cursorAt, positionOf } from '../../../functions/http/page.ts'

const LIST = { caller: 'jane', name: 'sessions' }
const POSITION = 'Zm9vYmFyYmF6cXV4MTIzNA'
const CURSOR = cursorAt(POSITION, LIST)
const refused = expect.objectContaining({ code: 'invalid_cursor' })

describe('a cursor', () => {
  it.each([POSITION, 'a', 'ab', 'abc', 'é🦭', '2026-11-21T00:00:00Z#x.y'])(
    'gives its position back: %s',
    (position) => {
      const cursor = cursorAt(position, LIST)
      expect(positionOf(cursor, LIST)).toBe(position)
      expect(cursor).toMatch(/^[A-Za-z0-9_.-]+$/)
    },
  )

  it.each([
    ['another caller', { ...LIST, caller: 'joan' }],
    ['another list', { ...LIST, name: 'files' }],
    ['a caller and list that read alike when put together', { caller: 'janes', name: 'essions' }],
  ])('is refused for %s', (_, list) => {
    expect(() => positionOf(CURSOR, list)).toThrow(refused)
  })

  it('is refused when any of its characters was changed', () => {
    for (let at = 0; at < CURSOR.length; at++) {
      const other = CURSOR[at] === 'A' ? 'B' : 'A'
      expect(() => positionOf(CURSOR.slice(0, at) + other + CURSOR.slice(at + 1), LIST), `at ${at}`).toThrow(refused)
    }
  })

  it('is refused when anything was added to it or left out', () => {
    for (let at = 0; at <= CURSOR.length; at++) {
      for (const more of ['.', '=', '!', ' ', 'A']) {
        expect(() => positionOf(CURSOR.slice(0, at) + more + CURSOR.slice(at), LIST), `${more} at ${at}`).toThrow(
          refused,
        )
      }
      if (at < CURSOR.length)
        expect(() => positionOf(CURSOR.slice(0, at) + CURSOR.slice(at + 1), LIST)).toThrow(refused)
    }
  })

  it.each(['', '.', '..', POSITION, `${POSITION}.`, 'null', '%00'])('is not "%s"', (text) => {
    expect(() => positionOf(text, LIST)).toThrow(refused)
  })
})
