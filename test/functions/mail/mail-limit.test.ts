import { describe, expect, it } from 'vitest'
import { countMail, type MailCounter } from '../../../functions/mail/mail-limit.ts'
import { NOW } from '../../helpers/builders.ts'

/** Asks at each of these seconds; gives those at which a mail went out. */
function sent(seconds: number[], gap = 60): number[] {
  let counter: MailCounter | undefined
  return seconds.filter((second) => {
    const after = countMail(counter, NOW + second, gap)
    counter = after ?? counter
    return after !== undefined
  })
}

describe('mails to one address', () => {
  it('sends the first at once and starts the count', () => {
    expect(countMail(undefined, NOW, 60)).toEqual({ lastAt: NOW, hourStart: NOW, count: 1 })
  })

  it('sends one a minute', () => {
    expect(sent([0, 1, 59, 60, 61, 119, 120])).toEqual([0, 60, 120])
  })

  it('sends one in each gap', () => {
    expect(sent([0, 1, 9, 10, 11, 20], 10)).toEqual([0, 10, 20])
  })

  it('sends five an hour', () => {
    expect(sent([0, 60, 120, 180, 240, 300, 360, 3599, 3600])).toEqual([0, 60, 120, 180, 240, 3600])
  })

  it('counts a new hour from one again', () => {
    const full = { lastAt: NOW + 240, hourStart: NOW, count: 5 }
    expect(countMail(full, NOW + 3600, 60)).toEqual({ lastAt: NOW + 3600, hourStart: NOW + 3600, count: 1 })
  })

  it('keeps the minute across the border of an hour', () => {
    const counter = { lastAt: NOW + 3590, hourStart: NOW, count: 2 }
    expect(countMail(counter, NOW + 3600, 60)).toBeUndefined()
    expect(countMail(counter, NOW + 3649, 60)).toBeUndefined()
    expect(countMail(counter, NOW + 3650, 60)).toBeDefined()
  })

  it('does not let a refused mail push the next one away', () => {
    expect(sent(Array.from({ length: 61 }, (_, second) => second))).toEqual([0, 60])
  })

  it('gives nothing more away when the clock runs backwards', () => {
    const counter = { lastAt: NOW, hourStart: NOW, count: 1 }
    expect(countMail(counter, NOW - 3600, 60)).toBeUndefined()
    expect(countMail(counter, NOW - 1, 60)).toBeUndefined()
  })

  it('leaves the counter it was given as it is', () => {
    const counter = Object.freeze({ lastAt: NOW, hourStart: NOW, count: 1 })
    expect(countMail(counter, NOW + 60, 60)).toEqual({ lastAt: NOW + 60, hourStart: NOW, count: 2 })
  })
})
