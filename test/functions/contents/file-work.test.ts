import { describe, expect, it } from 'vitest'
import { type FileWork, parseFileWork } from '../../../functions/contents/file-work.ts'

describe('a message of file work', () => {
  it.each<FileWork>([
    { kind: 'put-together', object: 'o1' },
    { kind: 'discard', object: 'o1' },
    { kind: 'release', object: 'o1' },
    { kind: 'purge', owner: 'u1', item: 'i1' },
  ])('is read as it was written: $kind', (work) => {
    expect(parseFileWork(JSON.stringify(work))).toEqual(work)
  })

  it.each([
    '{}',
    'null',
    '[]',
    '"release"',
    '{"kind":"release"}',
    '{"kind":"release","object":1}',
    '{"kind":"other","object":"o1"}',
    '{"kind":"purge","object":"o1"}',
    '{"kind":"purge","owner":"u1"}',
    '{"kind":["release"],"owner":"u1"}',
    '{',
    '',
  ])('is nothing else: %s', (text) => {
    expect(() => parseFileWork(text)).toThrow()
  })
})
