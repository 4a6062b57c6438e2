import { describe, expect, it } from 'vitest'
import { type MailMessage, parseMailMessage } from '../../../functions/mail/message.ts'
import { NOW } from '../../helpers/builders.ts'

const SIGN_UP: MailMessage = { kind: 'sign-up', pendingId: 'pending' }
const REUSE: MailMessage = { kind: 'token-reuse', userId: 'user', sid: 'session', at: NOW }

describe('a message on the mail queue', () => {
  it.each([SIGN_UP, REUSE])('is read as it was written: $kind', (message) => {
    expect(parseMailMessage(JSON.stringify(message))).toEqual(message)
  })

  it.each<[string, unknown]>([
    ['an unknown kind', { kind: 'password-reset', userId: 'user' }],
    ['no kind', { pendingId: 'pending' }],
    ['a kind that every object has', { kind: 'toString' }],
    ['null', null],
    ['a text', 'sign-up'],
    ['a list', [SIGN_UP]],
    ['a sign-up without its id', { kind: 'sign-up' }],
    ['a sign-up with a number for its id', { kind: 'sign-up', pendingId: 7 }],
    ['a reuse without its user', { ...REUSE, userId: undefined }],
    ['a reuse without its session', { ...REUSE, sid: undefined }],
    ['a reuse without its time', { ...REUSE, at: undefined }],
    ['a reuse with a text for its time', { ...REUSE, at: String(NOW) }],
    ['a reuse with an object for its user', { ...REUSE, userId: { S: 'user' } }],
  ])('%s is refused', (_, message) => {
    expect(() => parseMailMessage(JSON.stringify(message))).toThrow('not a mail message')
  })

  it.each(['', '{', 'sign-up'])('what is not JSON is refused: "%s"', (text) => {
    expect(() => parseMailMessage(text)).toThrow(SyntaxError)
  })
})
