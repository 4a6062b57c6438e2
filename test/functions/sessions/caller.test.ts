import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { describe, expect, it, vi } from 'vitest'
import { LetheError } from '../../../functions/errors.ts'
import { callerCheck } from '../../../functions/sessions/caller.ts'
import type { Gate, Session } from '../../../functions/sessions/session.ts'
import { aGate, aSession, DAY, NOW } from '../../helpers/builders.ts'
import { gatewayEvent } from '../../helpers/gateway-event.ts'

const SESSION = aSession()
const CLAIMS = { userId: SESSION.userId, sid: SESSION.sid, gen: 1 }

type State = { gate: Gate | undefined; session: Session | undefined }

/** The check over a store that holds this, for a token that says that. */
function checkOver(state: State, claims: Partial<typeof CLAIMS> = {}) {
  const parts = {
    verify: vi.fn(async (_token: string, _now: number) => ({ ...CLAIMS, ...claims })),
    read: vi.fn(async (_caller: object, _more: readonly string[]) => ({ ...state, ahead: 'ahead' })),
    markSeen: vi.fn(async () => undefined),
  }
  const check = (event: APIGatewayProxyEventV2, now: number, keysFor = (_caller: object): string[] => []) =>
    callerCheck(parts)(event, now, keysFor)
  return { ...parts, check }
}
const living = (changes: Partial<Session> = {}) => ({ gate: aGate(), session: { ...SESSION, ...changes } })
const bearing = (authorization: string | undefined) => gatewayEvent({ headers: { authorization } })
const BEARER = bearing('Bearer a.b.c')
const ended = { code: 'session_ended' }

describe('the token', () => {
  it.each([['Bearer a.b.c'], ['bearer a.b.c'], ['BEARER   a.b.c'], ['a.b.c'], [' Bearer a.b.c ']])(
    'is found in "%s"',
    async (authorization) => {
      const { check, verify } = checkOver(living())
      await check(bearing(authorization), NOW)
      expect(verify).toHaveBeenCalledExactlyOnceWith('a.b.c', NOW)
    },
  )

  it('is found whatever the case of the header’s name', async () => {
    const { check, verify } = checkOver(living())
    await check(gatewayEvent({ headers: { Authorization: 'Bearer a.b.c' } }), NOW)
    expect(verify).toHaveBeenCalledWith('a.b.c', NOW)
  })

  it.each([
    [undefined],
    [''],
    ['   '],
    ['Basic a.b.c'],
    ['Bearer a b'],
    ['Bearer a.b.c, Bearer d.e.f'],
    ['Bearer Bearer a.b.c'],
    ['Bearer a.b.c\nx'],
    ['Bearer {"payload":"x"}'],
    ['Bearer "a.b.c"'],
    ['Bearer a=b'],
    ['Bearer ａ.b.c'],
  ])('is missing in %j, and nothing is verified or read', async (authorization) => {
    const { check, verify, read } = checkOver(living())
    await expect(check(bearing(authorization), NOW)).rejects.toMatchObject({ code: 'token_invalid' })
    expect(verify).not.toHaveBeenCalled()
    expect(read).not.toHaveBeenCalled()
  })

  it('that is refused keeps the store out of it, and what the work would read', async () => {
    const { check, verify, read } = checkOver(living())
    const keysFor = vi.fn(() => [])
    verify.mockRejectedValue(new LetheError('token_invalid'))
    await expect(check(BEARER, NOW, keysFor)).rejects.toMatchObject({ code: 'token_invalid' })
    expect([read, keysFor].map(({ mock }) => mock.calls)).toEqual([[], []])
  })
})

describe('the caller', () => {
  it('is who the token says, before the store has answered', async () => {
    const { check, read } = checkOver(living())
    read.mockReturnValue(new Promise(() => undefined))
    expect((await check(BEARER, NOW)).caller).toEqual({ userId: SESSION.userId, sid: SESSION.sid })
    expect(read).toHaveBeenCalledExactlyOnceWith({ userId: SESSION.userId, sid: SESSION.sid }, [])
  })

  it('comes with session and gate as they were read', async () => {
    const state = living({ gen: 1, seen: 1 })
    const { checked } = await checkOver(state).check(BEARER, NOW)
    expect(await checked).toEqual(state)
  })

  it.each<[string, State]>([
    ['there is no session', { gate: aGate(), session: undefined }],
    ['there is no gate', { gate: undefined, session: SESSION }],
    ['there is neither', { gate: undefined, session: undefined }],
    ['the user is disabled', { gate: aGate({ status: 'disabled' }), session: SESSION }],
    ['the user is deleted', { gate: aGate({ status: 'deleted' }), session: SESSION }],
    ['the epoch moved on', { gate: aGate({ epoch: 2 }), session: SESSION }],
    ['the session was ended', living({ endedAt: NOW - 1 })],
    ['the session is at its idle limit', living({ idleUntil: NOW })],
    ['the session is at its absolute limit', living({ endsAt: NOW })],
  ])('is gone when %s, and no use is marked', async (_, state) => {
    const { check, markSeen } = checkOver(state)
    await expect((await check(BEARER, NOW)).checked).rejects.toMatchObject(ended)
    expect(markSeen).not.toHaveBeenCalled()
  })

  it('is unknown when the store cannot say: neither alive nor ended', async () => {
    const { check, read } = checkOver(living())
    read.mockRejectedValue(new LetheError('store_unavailable'))
    await expect((await check(BEARER, NOW)).checked).rejects.toMatchObject({ code: 'store_unavailable' })
  })

  it('that is refused before anyone waits for it is no unhandled failure', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    await checkOver({ gate: undefined, session: undefined }).check(BEARER, NOW)
    await new Promise((resolve) => setTimeout(resolve, 5))
    process.off('unhandledRejection', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
  })
})

describe('what is read in the same call', () => {
  it('is what is asked for this caller, for a session that lives', async () => {
    const { check, read } = checkOver(living())
    const keysFor = vi.fn((_caller: object) => ['key'])
    const { caller, ahead } = await check(BEARER, NOW, keysFor)
    expect(await ahead).toBe('ahead')
    expect(keysFor).toHaveBeenCalledExactlyOnceWith(caller)
    expect(read).toHaveBeenCalledExactlyOnceWith(caller, ['key'])
  })

  it('is there before a first use is marked', async () => {
    const { check, markSeen } = checkOver(living())
    markSeen.mockReturnValue(new Promise(() => undefined))
    expect(await (await check(BEARER, NOW, () => ['key'])).ahead).toBe('ahead')
  })

  it('is kept from a session that ended', async () => {
    const { check } = checkOver(living({ endedAt: NOW - 1 }))
    await expect((await check(BEARER, NOW, () => ['key'])).ahead).rejects.toMatchObject(ended)
  })

  it('is nothing, and there at once, for work that asks for nothing', async () => {
    const { check, read } = checkOver(living())
    read.mockReturnValue(new Promise(() => undefined))
    expect(await (await check(BEARER, NOW)).ahead).toBeUndefined()
  })
})

describe('the first use of a generation', () => {
  it.each<[string, { gen: number; seen: number }, number, boolean]>([
    ['a first session', { gen: 1, seen: 0 }, 1, true],
    ['the generation of the last rotation', { gen: 5, seen: 4 }, 5, true],
    ['a generation after several unused ones', { gen: 5, seen: 1 }, 5, true],
    ['a generation that was used', { gen: 5, seen: 5 }, 5, false],
    ['an earlier generation, whose successor nobody used', { gen: 5, seen: 4 }, 4, false],
    ['an earlier generation that was used', { gen: 5, seen: 5 }, 4, false],
    ['a generation that is still to come', { gen: 5, seen: 4 }, 6, false],
  ])('%s is marked: %j by a token of generation %i: %s', async (_, session, gen, marked) => {
    const { check, markSeen } = checkOver(living(session), { gen })
    await (await check(BEARER, NOW)).checked
    expect(markSeen).toHaveBeenCalledTimes(marked ? 1 : 0)
    if (marked) expect(markSeen).toHaveBeenCalledWith(expect.objectContaining({ sid: SESSION.sid }), session.gen)
  })

  it('is waited for: no answer leaves before it is marked', async () => {
    const { check, markSeen } = checkOver(living())
    const mark = Promise.withResolvers<undefined>()
    markSeen.mockReturnValue(mark.promise)
    const { checked } = await check(BEARER, NOW)
    const settled = vi.fn()
    void checked.then(settled)
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(settled).not.toHaveBeenCalled()
    mark.resolve(undefined)
    await checked
  })

  it('that cannot be marked is no use', async () => {
    const { check, markSeen } = checkOver(living())
    markSeen.mockRejectedValue(new LetheError('store_unavailable'))
    await expect((await check(BEARER, NOW)).checked).rejects.toMatchObject({ code: 'store_unavailable' })
  })

  it('of a session of another day is the same', async () => {
    const { check, markSeen } = checkOver(living({ gen: 9, seen: 8, rotatedAt: NOW - 20 * DAY }), { gen: 9 })
    await (await check(BEARER, NOW)).checked
    expect(markSeen).toHaveBeenCalledTimes(1)
  })
})
