import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { emailAddress, id, isoTime, password, text } from '../../../functions/http/contract.ts'
import { page } from '../../../functions/http/page.ts'

const fits = (schema: v.GenericSchema, value: unknown) => v.safeParse(schema, value).success
const pageOf = (query: unknown) => fits(v.strictObject(page), query)

describe('typed text', () => {
  it('comes without the space around it', () => {
    expect(v.parse(text(100), '  Jane Miller ')).toBe('Jane Miller')
  })

  it.each([
    ['whole Unicode', 'Jané 🦭 米', true],
    ['as long as it may be', 'x'.repeat(100), true],
    ['one longer', 'x'.repeat(101), false],
    ['nothing', '', false],
    ['only space', '   ', false],
    ['what nobody can see', '\u202e\u200b\u2060', false],
    ['a character of private use', '\u{10fffd}', true],
    ['a line end', 'Jane\nMiller', false],
    ['a header', 'Jane\r\nBcc: john@example.com', false],
    ['a null character', 'Jane\0', false],
    ['a delete character', 'Jane\u007f', false],
    ['a control character of the second set', 'Jane\u0085', false],
    ['half a character', 'Jane\ud83e', false],
    ['no text', 7, false],
  ])('%s', (_, value, expected) => {
    expect(fits(text(100), value)).toBe(expected)
  })
})

describe('what is sent in to be checked elsewhere is bounded', () => {
  it('an address at 254 characters', () => {
    expect(fits(emailAddress, 'x'.repeat(254))).toBe(true)
    expect(fits(emailAddress, 'x'.repeat(255))).toBe(false)
  })

  it('a password far above what the policy takes, which counts code points', () => {
    expect(fits(password, '🦭'.repeat(256))).toBe(true)
    expect(fits(password, 'x'.repeat(1536))).toBe(true)
    expect(fits(password, 'x'.repeat(1537))).toBe(false)
  })

  it('a password whose bytes would not be its own is refused', () => {
    expect(fits(password, 'gravel walnut orbit \ud83e')).toBe(false)
  })
})

describe('an id', () => {
  it.each([
    ['x'.repeat(16), true],
    ['Az09_-'.repeat(10), true],
    ['x'.repeat(64), true],
    ['x'.repeat(15), false],
    ['x'.repeat(65), false],
    ['current', false],
    [`${'x'.repeat(16)}#`, false],
    [`${'x'.repeat(16)}/`, false],
    [`${'x'.repeat(16)}\n`, false],
    [`${'x'.repeat(16)}é`, false],
  ])('%j: %s', (value, expected) => {
    expect(fits(id, value)).toBe(expected)
  })
})

describe('a page', () => {
  it('has one to a hundred entries', () => {
    for (const limit of ['1', '9', '10', '99', '100']) expect(pageOf({ limit }), limit).toBe(true)
    for (const limit of ['0', '101', '-1', '01', '1.5', '1e1', ' 5', '5 ', '', 'all', '５']) {
      expect(pageOf({ limit }), limit).toBe(false)
    }
  })

  it('needs neither limit nor cursor, takes a bounded cursor, and nothing else', () => {
    expect(pageOf({})).toBe(true)
    expect(pageOf({ cursor: 'x'.repeat(512) })).toBe(true)
    expect(pageOf({ cursor: 'x'.repeat(513) })).toBe(false)
    expect(pageOf({ order: 'up' })).toBe(false)
  })
})

describe('a time', () => {
  it('is told in ISO 8601', () => {
    expect(isoTime(1_800_000_000)).toBe('2027-01-15T08:00:00.000Z')
  })
})
