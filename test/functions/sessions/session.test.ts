import { describe, expect, it } from 'vitest'
import {
  formatRefreshToken,
  type Gate,
  gateAdmits,
  isAlive,
  lostRotation,
  newSession,
  parseRefreshToken,
  type Session,
} from '../../../functions/sessions/session.ts'
import { aGate, aSession, DAY, NOW } from '../../helpers/builders.ts'

describe('a session is alive while everything about it holds', () => {
  it.each<[string, Partial<Session>, Partial<Gate>, boolean]>([
    ['nothing ended it', {}, {}, true],
    ['it was ended', { endedAt: NOW - 1 }, {}, false],
    ['it was ended at second zero', { endedAt: 0 }, {}, false],
    ['it was idle until just now', { idleUntil: NOW }, {}, false],
    ['its idle limit is one second away', { idleUntil: NOW + 1 }, {}, true],
    ['its absolute limit is now', { endsAt: NOW }, {}, false],
    ['its absolute limit is one second away', { endsAt: NOW + 1 }, {}, true],
    ['the absolute limit has passed though it is in use', { endsAt: NOW - 1, idleUntil: NOW + DAY }, {}, false],
    ['its user is disabled', {}, { status: 'disabled' }, false],
    ['its user is deleted', {}, { status: 'deleted' }, false],
    ['the epoch moved on', { epoch: 1 }, { epoch: 2 }, false],
    ['the epoch went back', { epoch: 2 }, { epoch: 1 }, false],
    ['it began in a later epoch that still stands', { epoch: 7 }, { epoch: 7 }, true],
  ])('%s', (_, session, gate, alive) => {
    expect(isAlive(aSession(session), aGate(gate), NOW)).toBe(alive)
  })

  it('is dead without its item or without its gate', () => {
    expect(isAlive(undefined, aGate(), NOW)).toBe(false)
    expect(isAlive(aSession(), undefined, NOW)).toBe(false)
    expect(isAlive(undefined, undefined, NOW)).toBe(false)
  })

  it('asks the gate on its own too, whatever the session’s limits', () => {
    expect(gateAdmits(aGate(), aSession({ idleUntil: NOW }))).toBe(true)
    expect(gateAdmits(aGate({ epoch: 2 }), aSession())).toBe(false)
    expect(gateAdmits(undefined, aSession())).toBe(false)
  })
})

describe('what it means that a token could not rotate its session', () => {
  const presented = { token: 'presented', family: 'family' }
  /** Rotated ten seconds ago from the presented token, and its successor was used. */
  const rotated = (changes: Partial<Session> = {}) =>
    aSession({ fam: 'family', par: 'presented', cur: 'next', gen: 2, seen: 2, rotatedAt: NOW - 10, ...changes })
  const late = { rotatedAt: NOW - 30 - 1 }

  it.each<[string, Session | undefined, string]>([
    ['9: no such session', undefined, 'ended'],
    ['9: it was ended', rotated({ endedAt: NOW - 5, why: 'ended' }), 'ended'],
    ['9: it was ended for reuse', rotated({ endedAt: NOW - 5, why: 'reuse' }), 'ended'],
    ['9: ended comes before a wrong family', rotated({ endedAt: NOW - 5, fam: 'other' }), 'ended'],
    ['9: another family', rotated({ fam: 'other' }), 'invalid'],
    ['9: another family never learns of the limits', rotated({ fam: 'other', idleUntil: NOW }), 'invalid'],
    ['9: another family ends nothing by an old token', rotated({ fam: 'other', par: 'x' }), 'invalid'],
    ['9: past the idle limit', rotated({ idleUntil: NOW }), 'expired'],
    ['9: past the absolute limit', rotated({ endsAt: NOW }), 'expired'],
    ['9: past a limit is no reuse', rotated({ idleUntil: NOW, par: 'x' }), 'expired'],
    ['10: at once', rotated({ rotatedAt: NOW }), 'repeat'],
    ['10: on the last second of the window', rotated({ rotatedAt: NOW - 30 }), 'repeat'],
    ['10: the successor unused makes no difference', rotated({ seen: 1 }), 'repeat'],
    ['10: a clock that runs behind the one that wrote', rotated({ rotatedAt: NOW + 300 }), 'repeat'],
    ['11: one second after the window, successor unused', rotated({ ...late, seen: 1 }), 'late'],
    ['11: days after, successor unused', rotated({ rotatedAt: NOW - 20 * DAY, seen: 0 }), 'late'],
    ['12: one second after the window, successor used', rotated(late), 'reuse'],
    ['12: a grandparent', rotated({ par: 'presented too' }), 'reuse'],
    ['12: a grandparent at once', rotated({ par: 'presented too', rotatedAt: NOW }), 'reuse'],
    ['12: a grandparent while the successor is unused', rotated({ par: 'presented too', seen: 1, ...late }), 'reuse'],
    ['12: a secret that was never given out', aSession({ fam: 'family' }), 'reuse'],
  ])('%s', (_, session, outcome) => {
    expect(lostRotation(session, presented, NOW)).toBe(outcome)
  })
})

describe('a new session', () => {
  it('starts with its first generation unused and both limits ahead', () => {
    const { sid, userId, fam, cur, device, ip } = aSession()
    const session = newSession(
      { sid, userId, fam, cur, epoch: 4, device, ip },
      { idle: 30 * DAY, absolute: 180 * DAY },
      NOW,
    )
    expect(session).toEqual({
      sid,
      userId,
      fam,
      cur,
      device,
      ip,
      epoch: 4,
      gen: 1,
      seen: 0,
      rotatedAt: NOW,
      authAt: NOW,
      idleUntil: NOW + 30 * DAY,
      endsAt: NOW + 180 * DAY,
    })
    expect(isAlive(session, aGate({ epoch: 4 }), NOW)).toBe(true)
  })
})

describe('a refresh token', () => {
  const token = {
    userId: 'u'.repeat(22),
    sid: 's-_'.repeat(7),
    family: 'F'.repeat(22),
    secret: 'S'.repeat(43),
  }
  const text = `v1.${token.userId}.${token.sid}.${token.family}.${token.secret}`

  it('names its user, session and family, and is read as it was written', () => {
    expect(formatRefreshToken(token)).toBe(text)
    expect(parseRefreshToken(text)).toEqual(token)
  })

  it.each([
    ['nothing', ''],
    ['another version', text.replace('v1', 'v2')],
    ['no version', text.slice(3)],
    ['a part too few', text.slice(0, text.lastIndexOf('.'))],
    ['a part too many', `${text}.x`],
    ['a trailing dot', `${text}.`],
    ['a leading space', ` ${text}`],
    ['a trailing space', `${text} `],
    ['a line end', `${text}\n`],
    ['an empty user', text.replace(token.userId, '')],
    ['a short user', text.replace(token.userId, 'u'.repeat(15))],
    ['a long session', text.replace(token.sid, 's'.repeat(65))],
    ['a key separator in the session', text.replace(token.sid, `s#${token.sid}`)],
    ['a family a character short', text.replace(token.family, 'F'.repeat(21))],
    ['a family a character long', text.replace(token.family, 'F'.repeat(23))],
    ['a secret a character short', text.slice(0, -1)],
    ['a secret a character long', `${text}S`],
    ['base64 that is not for URLs', text.replace(token.secret, `${'S'.repeat(42)}/`)],
    ['padding', text.replace(token.secret, `${'S'.repeat(42)}=`)],
    ['a letter beyond ASCII', text.replace(token.secret, `${'S'.repeat(42)}Ｓ`)],
    ['an access token', 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl'],
  ])('%s is none', (_, wrong) => {
    expect(parseRefreshToken(wrong)).toBeUndefined()
  })

  it('has room in its ids for a prefix that names a Region', () => {
    const far = { ...token, sid: `eu-central-1_${token.sid}` }
    expect(parseRefreshToken(formatRefreshToken(far))).toEqual(far)
  })
})
