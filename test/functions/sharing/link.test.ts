import { describe, expect, it } from 'vitest'
import { isOpen, type Link, linkEnd } from '../../../functions/sharing/link.ts'
import { DAY, NOW } from '../../helpers/builders.ts'

const iso = (seconds: number) => new Date(seconds * 1000).toISOString()

describe('the end of a link', () => {
  it.each([NOW + 1, NOW + DAY, NOW + 366 * DAY])('may be %i', (end) => {
    expect(linkEnd(iso(end), NOW)).toBe(end)
  })

  it.each([NOW - 1, NOW, NOW + 0.9, NOW + 366 * DAY + 1])('may not be %d', (end) => {
    expect(() => linkEnd(iso(end), NOW)).toThrow(expect.objectContaining({ code: 'invalid_input' }))
  })

  it('may be in any time zone, and must be a time', () => {
    expect(linkEnd(iso(NOW + 7200).replace('Z', '+01:00'), NOW)).toBe(NOW + 3600)
    expect(() => linkEnd('2027-13-45T00:00:00Z', NOW)).toThrow(expect.objectContaining({ code: 'invalid_input' }))
  })
})

describe('a link', () => {
  const link: Link = { id: 'l', item: 'i', owner: 'o', createdAt: NOW, expiresAt: NOW + 10, issued: 3 }

  it.each([{}, { most: 4 }])('is open with %j', (changes) => {
    expect(isOpen({ ...link, ...changes }, NOW + 9)).toBe(true)
  })

  it.each([{ expiresAt: NOW + 9 }, { most: 3 }, { revokedAt: NOW }])('is not open with %j', (changes) => {
    expect(isOpen({ ...link, ...changes }, NOW + 9)).toBe(false)
  })
})
