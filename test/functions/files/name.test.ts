import { describe, expect, it } from 'vitest'
import { contentDisposition, mayShowInline } from '../../../functions/contents/content.ts'
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

describe('a type', () => {
  it.each([
    'image/png',
    'application/pdf',
    'text/plain',
    'text/plain; charset=utf-8',
    'text/plain;charset=utf-8',
    'video/mp4',
  ])('may stand in a page: %s', (type) => expect(mayShowInline(type)).toBe(true))
  it.each([
    'text/html',
    'image/svg+xml',
    'application/xhtml+xml',
    'application/javascript',
    'text/xml',
    'text/plainer',
    'ximage/png',
    'image/png, text/html',
    '',
  ])('is for saving only: %s', (type) => expect(mayShowInline(type)).toBe(false))
})

describe('the disposition', () => {
  const starOf = (header: string) => /filename\*=UTF-8''(.*)$/.exec(header)?.[1] ?? ''
  const plainOf = (header: string) => /filename="([^"]*)"/.exec(header)?.[1]

  it('names a plain file twice', () => {
    expect(contentDisposition('attachment', 'plan.txt')).toBe(
      `attachment; filename="plan.txt"; filename*=UTF-8''plan.txt`,
    )
    expect(contentDisposition('inline', 'plan.txt')).toMatch(/^inline; /)
  })

  it.each([
    'a"; filename="b',
    'a\\"b',
    '100%25.txt',
    'üñí',
    '日本語 👩‍👩‍👧.png',
    "o'neil (1)*.txt",
    'a;b,c=d',
    'a\r\nSet-Cookie: x',
  ])('is one header and nothing more, and tells the whole name: %j', (name) => {
    const header = contentDisposition('attachment', name)
    expect(header).toMatch(
      /^attachment; filename="[\x20\x21\x23\x24\x26-\x5b\x5d-\x7e]*"; filename\*=UTF-8''[\w.!#$&+^`|~%-]+$/,
    )
    expect(starOf(header)).not.toMatch(/%(?![0-9A-F]{2})/)
    expect(decodeURIComponent(starOf(header))).toBe(name)
    expect(plainOf(header)).toHaveLength(name.length)
  })
})
