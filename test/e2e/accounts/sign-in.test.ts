import { isIP } from 'node:net'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Account, newAddress, newPassword, openAccount, sessionsOf, signIn, trySignIn } from '../accounts.ts'
import { call, expectProblem } from '../client.ts'
import { TIMING_FACTOR, TIMINGS } from '../pace.ts'

let account: Account

beforeAll(async () => {
  account = await openAccount()
})

async function duration(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

function median(times: number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0
}

/** By turns, so that whatever else the machine does weighs on both. */
async function medians(one: () => Promise<unknown>, other: () => Promise<unknown>): Promise<[number, number]> {
  const times: [number[], number[]] = [[], []]
  for (let n = 0; n < TIMINGS; n++) {
    times[0].push(await duration(one))
    times[1].push(await duration(other))
  }
  return [median(times[0]), median(times[1])]
}

describe('sign-in', () => {
  test('answers a wrong password, an unknown address and no address alike', async () => {
    const answers = [
      await trySignIn(account.email, newPassword()),
      await trySignIn(newAddress(), account.password),
      await trySignIn('no address', account.password),
      await trySignIn('', ''),
      await trySignIn(account.email, ''),
    ]
    for (const answer of answers) {
      expectProblem(answer, 401, 'credentials_invalid')
      expect(answer.text).toBe(answers[0]?.text)
    }
  })

  test('takes as long for a known address as for an unknown one', async () => {
    const unknown = newAddress()
    const [known, other] = await medians(
      () => trySignIn(account.email, newPassword()),
      () => trySignIn(unknown, newPassword()),
    )
    expect(known / other).toBeLessThan(TIMING_FACTOR)
    expect(other / known).toBeLessThan(TIMING_FACTOR)
  })

  test('wants the password as it was chosen, to the character', async () => {
    const { email, password } = account
    const others = [
      password.slice(0, -'🦊'.length),
      password.slice(1),
      `${password} `,
      ` ${password}`,
      password.toUpperCase(),
      password.toLowerCase(),
      `${password}\u0000`,
      password.replace('é', 'e'),
      password.replace('🦊', '\ufffd'),
    ]
    for (const other of others) expectProblem(await trySignIn(email, other), 401, 'credentials_invalid')
    expect([400, 401]).toContain((await trySignIn(email, password.replace('🦊', '\ud83e'))).status)
  })

  test('takes either Unicode spelling of one password', async () => {
    const { email, password } = account
    expect(password.normalize('NFD')).not.toBe(password.normalize('NFC'))
    for (const form of ['NFC', 'NFD']) expect((await trySignIn(email, password.normalize(form))).status).toBe(201)
  })

  test('records device, source address and times of the session', async () => {
    const before = Date.now()
    const { session, tokenType, expiresIn } = await signIn(account, {
      'user-agent': 'Lethe-E2E/1.0 (a device)',
      'x-forwarded-for': '203.0.113.9',
      forwarded: 'for=203.0.113.9',
    })
    expect({ tokenType, expiresIn }).toEqual({ tokenType: 'Bearer', expiresIn: 600 })
    expect(session).toMatchObject({ current: true, device: 'Lethe-E2E/1.0 (a device)' })
    expect(isIP(session.address)).not.toBe(0)
    expect(session.address).not.toBe('203.0.113.9')
    expect(Math.abs(Date.parse(session.signedInAt) - before)).toBeLessThan(30_000)
    expect(session.lastUsedAt).toBe(session.signedInAt)
    expect(Date.parse(session.expiresAt)).toBeGreaterThan(before)
  })

  test('cuts long user agents, and takes any bytes in them', async () => {
    const { session } = await signIn(account, { 'user-agent': `Long/${'x'.repeat(2000)}` })
    expect(session.device).toBe(`Long/${'x'.repeat(251)}`)
    const foxes = Buffer.from(`x${'🦊'.repeat(300)}`).toString('latin1')
    const odd = await signIn(account, { 'user-agent': foxes })
    expect(odd.session.device.length).toBeLessThanOrEqual(256)
    const half = await signIn(account, { 'user-agent': 'x\xff\xfe\x80' })
    expect((await sessionsOf(half)).map(({ id }) => id)).toContain(half.session.id)
  })

  test('refuses Idempotency-Key: what hands out tokens must do so once', async () => {
    const tokens = await signIn(account)
    const before = await sessionsOf(tokens)
    const headers = { 'idempotency-key': 'one' }
    expectProblem(await trySignIn(account.email, account.password, headers), 400, 'header_refused')
    const json = { refreshToken: tokens.refreshToken }
    expectProblem(await call('POST', '/sessions/refresh', { json, headers }), 400, 'header_refused')
    expect(await sessionsOf(tokens)).toEqual(before)
    expect((await call('POST', '/sessions/refresh', { json })).status).toBe(200)
  })
})
