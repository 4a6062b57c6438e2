import { describe, expect, it } from 'vitest'
import { checkName, checkPrefix, MOST_NAME_BYTES } from '../../../functions/files/name.ts'

const INVALID = { code: 'name_invalid' }
const thrownBy = (work: () => unknown) => {
  try {
    work()
  } catch (error) {
    return error
  }
  return undefined
}

describe('a name', () => {
  it.each([
    'plan.txt',
    'a',
    '...',
    '.hidden',
    '..a',
    'two words',
    'ümläut',
    '日本語',
    '👩‍👩‍👧',
    'CON',
    'it\'s (1) 100% "real" #1?*|<>:',
    'a'.repeat(255),
    'é'.repeat(127),
  ])('is taken as it is: %j', (name) => {
    expect(() => checkName(name)).not.toThrow()
  })

  it.each<[string, string]>([
    ['empty', ''],
    ['a dot', '.'],
    ['two dots', '..'],
    ['a way up', '../plan.txt'],
    ['a slash', 'a/b'],
    ['a slash alone', '/'],
    ['a backslash', 'a\\b'],
    ['NUL', 'a\0b'],
    ['a line break', 'a\nb'],
    ['a carriage return', 'a\rb'],
    ['a tab', 'a\tb'],
    ['DEL', 'a\u007fb'],
    ['a C1 control character', 'a\u0085b'],
    ['a turn of direction', 'gpj.\u202eexe'],
    ['an embedding', 'a\u202ab'],
    ['an isolate', 'a\u2066b'],
    ['the end of an isolate', 'a\u2069b'],
    ['a space before it', ' a'],
    ['a space after it', 'a '],
    ['a space of another kind', 'a\u3000'],
    ['a byte order mark before it', '\ufeffa'],
    ['a space alone', ' '],
    ['nothing that can be seen', '\u200b\u200d'],
    ['one mark alone', '\u0301'],
    ['half a character, the first', 'a\ud800'],
    ['half a character, the second', '\udc00a'],
    ['one byte too many', 'a'.repeat(MOST_NAME_BYTES + 1)],
    ['one byte too many in fewer characters', `${'é'.repeat(127)}aa`],
    ['a decomposed letter', 'e\u0301'],
    ['another spelling of a letter', '\u212b'],
    ['a decomposed syllable', '\u1112\u1161\u11ab'],
  ])('with %s is refused', (_, name) => {
    expect(thrownBy(() => checkName(name))).toMatchObject({ ...INVALID, errors: [{ field: 'name' }] })
  })

  it('that has two spellings is taken in one of them only', () => {
    expect(() => checkName('caf\u00e9')).not.toThrow()
    expect(thrownBy(() => checkName('cafe\u0301'))).toMatchObject(INVALID)
  })
})

describe('what names begin with', () => {
  it.each(['', 'a', ' ', '.', '..', 'caf\u00e9'])('may be %j', (prefix) => {
    expect(() => checkPrefix(prefix)).not.toThrow()
  })
  it.each(['a/b', 'a\\', '\0', 'e\u0301', '\ud800', '\u202e'])('is never %j', (prefix) => {
    expect(thrownBy(() => checkPrefix(prefix))).toMatchObject({ ...INVALID, errors: [{ field: 'prefix' }] })
  })
})
