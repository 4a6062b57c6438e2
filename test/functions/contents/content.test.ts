import { describe, expect, it } from 'vitest'
import {
  checkScan,
  contentDisposition,
  mayShowInline,
  objectName,
  type Scan,
} from '../../../functions/contents/content.ts'
import { anUpload } from '../../helpers/files.ts'

const codeOf = (work: () => void) => {
  try {
    work()
  } catch (error) {
    return (error as { code?: string }).code
  }
  return undefined
}

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

describe('an object', () => {
  it('has a key without anything of its user', () => {
    const upload = anUpload()
    expect(objectName(upload.id)).toBe(`o/${upload.id}`)
  })
})

describe('a scan', () => {
  it.each<[Scan, 'blocked' | 'allowed', string | undefined]>([
    ['none', 'blocked', undefined],
    ['clean', 'blocked', undefined],
    ['pending', 'allowed', 'scan_pending'],
    ['infected', 'allowed', 'file_infected'],
    ['unscannable', 'blocked', 'file_not_scannable'],
    ['unscannable', 'allowed', undefined],
  ])('that says %s, where the unscannable is %s, answers %s', (scan, unscannable, code) => {
    expect(codeOf(() => checkScan(scan, unscannable))).toBe(code)
  })
})
