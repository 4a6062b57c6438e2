import { describe, expect, it } from 'vitest'
import { checkCustom } from '../../../functions/files/metadata.ts'

const nested = (depth: number): unknown => (depth === 1 ? {} : { in: nested(depth - 1) })
const nestedLists = (depth: number): unknown => (depth === 1 ? [] : [nestedLists(depth - 1)])
/** The object, its key, quotes, braces and colon take 8 bytes. */
const ofBytes = (bytes: number) => ({ a: 'x'.repeat(bytes - 8) })

describe('metadata of one’s own', () => {
  it.each([
    ['nothing', {}],
    ['every kind of value', { a: [1, -2.5, 'x', true, null, { b: [] }], '': 'an empty key' }],
    ['16 levels', nested(16)],
    ['8192 bytes', ofBytes(8192)],
    ['whole characters outside the basic plane', { '🎈': '🎈' }],
  ])('may be %s', (_, custom) => {
    expect(checkCustom(custom)).toBeUndefined()
  })

  it.each([
    ['null', 'null'],
    ['a list', '[]'],
    ['a text', '"x"'],
    ['a prototype', '{"__proto__": {"admin": true}}'],
    ['a prototype further down', '{"a": [{"__proto__": 1}]}'],
    ['a constructor', '{"constructor": {"prototype": {}}}'],
    ['half a character', '{"a": ["\\ud800"]}'],
    ['half a character in a key', '{"\\udc00": 1}'],
    ['a number without bound', '{"a": 1e999}'],
    ['17 levels', JSON.stringify(nested(17))],
    ['17 levels of lists', JSON.stringify({ a: nestedLists(16) })],
    ['8193 bytes', JSON.stringify(ofBytes(8193))],
    ['8193 bytes in fewer characters', JSON.stringify({ a: `x${'é'.repeat(4092)}` })],
  ])('may not be %s', (_, json) => {
    expect(checkCustom(JSON.parse(json))).toMatch(/^must /)
  })

  it('is refused in time, however deep it is', () => {
    expect(checkCustom(JSON.parse(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`))).toMatch(/nested/)
  })
})
