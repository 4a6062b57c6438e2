import { describe, expect, it } from 'vitest'
import { ifMatch } from '../../../functions/http/preconditions.ts'

describe('If-Match', () => {
  it.each<[string | undefined, number | undefined]>([
    [undefined, undefined],
    ['', undefined],
    ['*', undefined],
    [' * ', undefined],
    ['"1"', 1],
    ['"0"', 0],
    [' "42" ', 42],
    ['"999999999999999"', 999_999_999_999_999],
  ])('%j asks for %j', (tag, version) => {
    expect(ifMatch({ 'if-match': tag })).toBe(version)
  })

  it.each([
    '1',
    '"1',
    '1"',
    "'1'",
    'W/"1"',
    '"a"',
    '"-1"',
    '"1.5"',
    '"1e3"',
    '"0x1"',
    '""',
    '"1","2"',
    '"1" "2"',
    `"${'9'.repeat(16)}"`,
  ])('%j matches nothing that we gave out', (tag) => {
    expect(() => ifMatch({ 'if-match': tag })).toThrow(expect.objectContaining({ code: 'version_conflict' }))
  })

  it('is not there in a request without it', () => {
    expect(ifMatch({ 'if-none-match': '"1"' })).toBeUndefined()
  })
})
