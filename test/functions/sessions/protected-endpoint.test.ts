import * as v from 'valibot'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Ahead } from '../../../functions/data/ahead.ts'
import type { InTable } from '../../../functions/data/batch.ts'
import { LetheError } from '../../../functions/errors.ts'
import type { Contract } from '../../../functions/http/contract.ts'
import { nothing } from '../../../functions/http/endpoint.ts'
import type { CallerCheck as AnyCallerCheck, Checked } from '../../../functions/sessions/caller.ts'
import { protectedEndpoint } from '../../../functions/sessions/protected-endpoint.ts'
import { aGate, aSession } from '../../helpers/builders.ts'
import { ask, json } from '../../helpers/gateway-event.ts'

const CONTRACT = {
  summary: '',
  body: v.strictObject({ name: v.string() }),
  answers: { 200: v.object({ name: v.string() }), 204: null },
} as const satisfies Contract
const READING = { summary: '', answers: { 200: v.object({ name: v.string() }), 204: null } } as const satisfies Contract

type CallerCheck = AnyCallerCheck<InTable, Ahead>

beforeEach(() => {
  for (const level of ['info', 'error'] as const) vi.spyOn(console, level).mockImplementation(() => undefined)
})
afterEach(() => {
  vi.restoreAllMocks()
})

describe('a protected route', () => {
  const CHECKED: Checked = { gate: aGate(), session: aSession() }
  const CALLER = { userId: CHECKED.session.userId, sid: CHECKED.session.sid }
  const order: string[] = []
  beforeEach(() => {
    order.length = 0
  })

  /** Says who asks at once, and whether the session lives a little later. */
  function checkSaying(checked: Checked | LetheError): CallerCheck {
    return async () => {
      const answered = pause(10).then(() => {
        order.push('checked')
        if (checked instanceof LetheError) throw checked
        return checked
      })
      answered.catch(() => undefined)
      return { caller: CALLER, checked: answered, ahead: Promise.resolve(undefined) }
    }
  }
  const working = (check: CallerCheck, work: () => Promise<void> = async () => undefined) =>
    protectedEndpoint(CONTRACT, nothing, () => check).run(async () => {
      order.push('work')
      await work()
      return { status: 204 }
    })
  const DEAD = new LetheError('session_ended')
  const GET = { method: 'GET', ...json({ name: 'Jane' }) }

  it('does its reading beside the check', async () => {
    expect((await ask(working(checkSaying(CHECKED)), GET)).status).toBe(204)
    expect(order).toEqual(['work', 'checked'])
  })

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('does its writing after the check: %s', async (method) => {
    const request = { method, ...json({ name: 'Jane' }) }
    expect((await ask(working(checkSaying(CHECKED)), request)).status).toBe(204)
    expect(order).toEqual(['checked', 'work'])
  })

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('never writes for a dead session: %s', async (method) => {
    expect((await ask(working(checkSaying(DEAD)), { method, ...json({ name: 'Jane' }) })).body.code).toBe(
      'session_ended',
    )
    expect(order).toEqual(['checked'])
  })

  it('answers nothing that was read for a dead session', async () => {
    expect((await ask(working(checkSaying(DEAD)), GET)).body.code).toBe('session_ended')
  })

  it('tells a dead session of its end, not of what else went wrong', async () => {
    const failing = working(checkSaying(DEAD), () => Promise.reject(new LetheError('store_unavailable')))
    expect((await ask(failing, GET)).body.code).toBe('session_ended')
    expect((await ask(working(checkSaying(DEAD)), { method: 'GET', ...json({ name: 7 }) })).body.code).toBe(
      'session_ended',
    )
    expect((await ask(working(checkSaying(DEAD)), { method: 'POST', body: '{' })).body.code).toBe('session_ended')
  })

  it('tells a living one what went wrong', async () => {
    const failing = working(checkSaying(CHECKED), () => Promise.reject(new LetheError('store_unavailable')))
    expect((await ask(failing, GET)).body.code).toBe('store_unavailable')
    expect((await ask(working(checkSaying(CHECKED)), { method: 'POST', ...json({ name: 7 }) })).body.code).toBe(
      'invalid_input',
    )
  })

  it('without a valid token reads nothing of the request and does no work', async () => {
    const check: CallerCheck = () => Promise.reject(new LetheError('token_invalid'))
    expect((await ask(working(check), { method: 'GET', body: '{' })).body.code).toBe('token_invalid')
    expect(order).toEqual([])
  })

  it('leaves no work behind when the check has failed: both have ended before it answers', async () => {
    let ended = false
    const slow = working(checkSaying(DEAD), async () => {
      await pause(30)
      ended = true
    })
    await ask(slow, GET)
    expect(ended).toBe(true)
  })

  describe('that reads ahead', () => {
    const AHEAD: Ahead = { take: () => ({ item: undefined }) }
    const keyOf = (name: string): InTable => ({ table: 'Users', item: { pk: { S: name } } })
    let asked: readonly InTable[] | undefined
    beforeEach(() => {
      asked = undefined
    })

    /** Reads what it is asked for in the same call as the session. */
    const checkReading =
      (checked: Checked | LetheError): CallerCheck =>
      async (_event, _now, keysFor) => {
        asked = keysFor(CALLER)
        const answered = checked instanceof LetheError ? Promise.reject(checked) : Promise.resolve(checked)
        const ahead = answered.then(() => AHEAD)
        for (const promise of [answered, ahead]) promise.catch(() => undefined)
        return { caller: CALLER, checked: answered, ahead }
      }
    const reading = (check: CallerCheck) =>
      protectedEndpoint(
        CONTRACT,
        () => 'needs',
        () => check,
      )
        .reading(({ body, caller }, has) => [keyOf(body.name), keyOf(caller.userId), keyOf(has)])
        .run(async ({ body, ahead }) => {
          order.push(body.name)
          return ahead === AHEAD ? { status: 204 } : { status: 200, body }
        })

    it.each(['GET', 'POST'])('names its keys by request, caller and needs: %s', async (method) => {
      expect((await ask(reading(checkReading(CHECKED)), { method, ...json({ name: 'Jane' }) })).status).toBe(204)
      expect(asked).toEqual([keyOf('Jane'), keyOf(CALLER.userId), keyOf('needs')])
    })

    it.each(['GET', 'POST'])('does nothing for a dead session: %s', async (method) => {
      const { body } = await ask(reading(checkReading(DEAD)), { method, ...json({ name: 'Jane' }) })
      expect([body.code, order]).toEqual(['session_ended', []])
    })

    it.each(['GET', 'POST'])('refuses a request only once the session is known to live: %s', async (method) => {
      const broken = { method, ...json({ name: 7 }) }
      expect((await ask(reading(checkReading(DEAD)), broken)).body.code).toBe('session_ended')
      expect((await ask(reading(checkReading(CHECKED)), broken)).body.code).toBe('invalid_input')
      expect(asked).toEqual([])
    })

    it('that fails to name its keys fails', async () => {
      const failing = protectedEndpoint(CONTRACT, nothing, () => checkReading(CHECKED))
        .reading(() => {
          throw new TypeError('for a test')
        })
        .run(async () => ({ status: 204 }))
      expect((await ask(failing, GET)).body.code).toBe('internal_error')
    })
  })

  it('gives its work the caller and what was checked', async () => {
    const handler = protectedEndpoint(READING, nothing, () => checkSaying(CHECKED)).run(async ({ caller, checked }) => {
      expect(caller).toEqual(CALLER)
      expect(await checked).toEqual(CHECKED)
      return { status: 200, body: { name: caller.sid } }
    })
    expect((await ask(handler, {})).body).toEqual({ name: CALLER.sid })
  })
})

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
