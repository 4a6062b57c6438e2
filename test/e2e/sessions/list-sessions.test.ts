import { beforeAll, describe, expect, inject, test } from 'vitest'
import {
  type Account,
  openAccount,
  type SessionPage,
  type SessionView,
  sessionsOf,
  signIn,
  type Tokens,
} from '../accounts.ts'
import { call, expectProblem } from '../client.ts'

const SESSIONS = 5
let account: Account
let all: Tokens[]
let stranger: Tokens
const idsOf = (sessions: SessionView[]) => sessions.map(({ id }) => id)

beforeAll(async () => {
  account = await openAccount()
  all = await Promise.all(Array.from({ length: SESSIONS }, (_, n) => signIn(account, { 'user-agent': `device ${n}` })))
  const theirs = await Promise.all([1, 2, 3].map(() => signIn(inject('stranger'))))
  stranger = theirs[0]!
})

async function page({ accessToken: token }: Tokens, query: string): Promise<SessionPage> {
  const answer = await call<SessionPage>('GET', `/sessions?${query}`, { token })
  expect(answer.status, answer.text).toBe(200)
  return answer.body
}

async function pages(tokens: Tokens, limit: number, between = async () => {}): Promise<SessionView[][]> {
  const found: SessionView[][] = []
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const { sessions, nextCursor } = await page(
      tokens,
      `limit=${limit}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
    )
    found.push(sessions)
    cursor = nextCursor
    expect(found.length, 'the list comes to an end').toBeLessThan(30)
    await between()
  }
  return found
}

describe('the list of sessions', () => {
  test('shows each of mine once, marks the one that asks, and shows nobody else’s', async () => {
    const [me] = all
    const sessions = await sessionsOf(me!)
    expect(idsOf(sessions).toSorted()).toEqual(all.map(({ session }) => session.id).toSorted())
    expect(sessions.filter(({ current }) => current)).toEqual([me!.session])
    expect(sessions.map(({ device }) => device).toSorted()).toEqual(all.map((_, n) => `device ${n}`))
  })

  test('comes in pages of at most the limit, which together are the whole list', async () => {
    const whole = idsOf(await sessionsOf(all[0]!))
    for (const limit of [1, 2, SESSIONS, 100]) {
      const found = await pages(all[0]!, limit)
      for (const sessions of found) expect(sessions.length).toBeLessThanOrEqual(limit)
      expect(idsOf(found.flat())).toEqual(whole)
    }
  })

  test('has pages that stay: sessions begun or ended meanwhile neither repeat nor hide others', async () => {
    const whole = idsOf(await sessionsOf(all[0]!))
    let begun = 0
    const found = await pages(all[0]!, 1, async () => {
      if (++begun > SESSIONS) return
      const { accessToken: token } = await signIn(account)
      if (begun % 2 === 0) await call('DELETE', '/sessions/current', { token })
    })
    const ids = idsOf(found.flat())
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.filter((id) => whole.includes(id))).toEqual(whole)
  })

  test('refuses a cursor of another caller, an edited one and what is none', async () => {
    const { accessToken: token } = all[0]!
    const { nextCursor: mine = '' } = await page(all[0]!, 'limit=1')
    const { nextCursor: theirs = '' } = await page(stranger, 'limit=1')
    expect(mine).not.toBe('')
    const flip = (text: string, at: number) => {
      const place = at < 0 ? text.length + at : at
      return `${text.slice(0, place)}${text[place] === 'A' ? 'B' : 'A'}${text.slice(place + 1)}`
    }
    const [position = '', digest = ''] = mine.split('.')
    const foreign = [
      theirs,
      flip(mine, 0),
      flip(mine, -2),
      `${position}=.${digest}`,
      `${mine}.x`,
      `${mine}A`,
      ` ${mine}`,
      mine.slice(1),
      `.${digest}`,
      `${position}.`,
      position,
      'x',
      '.',
      '\u0000',
      '\u{1F98A}',
      '__proto__',
    ]
    for (const cursor of foreign) {
      const answer = await call('GET', `/sessions?cursor=${encodeURIComponent(cursor)}`, { token })
      expectProblem(answer, 400, 'invalid_cursor')
    }
    const long = await call('GET', `/sessions?cursor=${'A'.repeat(513)}`, { token })
    expectProblem(long, 400, 'invalid_input')
    expect((await page(all[0]!, `cursor=${encodeURIComponent(mine)}`)).sessions.length).toBeGreaterThan(0)
  })

  test('refuses a limit that is no whole number from 1 to 100', async () => {
    const { accessToken: token } = all[0]!
    for (const limit of ['0', '101', '-1', '1.5', '1e1', '0x1', '01', 'all', '', ' 1', '1&limit=2', '٣']) {
      expectProblem(await call('GET', `/sessions?limit=${encodeURI(limit)}`, { token }), 400, 'invalid_input')
    }
  })
})
