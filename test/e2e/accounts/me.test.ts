import { beforeAll, describe, expect, test } from 'vitest'
import { openAccount, type Profile, profileOf, signIn, type Tokens } from '../accounts.ts'
import { call, expectProblem } from '../client.ts'

let email: string
let tokens: Tokens

beforeAll(async () => {
  const account = await openAccount({ name: 'Grace' })
  email = account.email
  tokens = await signIn(account)
})

function rename(name: unknown, headers: Record<string, string> = {}) {
  return call<Profile>('PATCH', '/me', { token: tokens.accessToken, json: { name }, headers })
}

describe('my profile', () => {
  test('has name, address and a version, which is its ETag', async () => {
    const { headers, body } = await call<Profile>('GET', '/me', { token: tokens.accessToken })
    expect(body).toMatchObject({ email, name: 'Grace', version: 1 })
    expect(headers.get('etag')).toBe('"1"')
    expect(Math.abs(Date.parse(body.createdAt) - Date.now())).toBeLessThan(120_000)
  })

  test('takes a new name, which makes the next version', async () => {
    const before = await profileOf(tokens)
    const { status, headers, body } = await rename('  Grace Hopper ')
    expect(status).toBe(200)
    expect(body).toEqual({ ...before, name: 'Grace Hopper', version: before.version + 1 })
    expect(headers.get('etag')).toBe(`"${body.version}"`)
    expect(await profileOf(tokens)).toEqual(body)
  })

  test('takes names in any script, and gives them back as they were', async () => {
    for (const name of [
      '李小龍',
      'عمر الخيام',
      'Ζωή e\u0301',
      '👩‍👩‍👧‍👦 family',
      "O'Brien <b>&amp;</b> $x {{y}}",
      '\u{10FFFD}',
    ]) {
      expect((await rename(name)).body.name).toBe(name)
      expect((await profileOf(tokens)).name).toBe(name)
    }
  })

  test('changes under If-Match only while the version is that one', async () => {
    const { version } = await profileOf(tokens)
    const first = await rename('First', { 'if-match': `"${version}"` })
    expect(first.status).toBe(200)
    expect(first.body.version).toBe(version + 1)
    const stale = [`"${version}"`, `"${version + 2}"`, '"0"', '"-1"', `W/"${version + 1}"`, `${version + 1}`, 'x', '""']
    for (const tag of stale) expectProblem(await rename('Stale', { 'if-match': tag }), 412, 'version_conflict')
    expect(await profileOf(tokens)).toEqual(first.body)
    expect((await rename('Any', { 'if-match': '*' })).body).toMatchObject({ name: 'Any', version: version + 2 })
  })

  test('changed under one version by many at once changes once', async () => {
    const { version } = await profileOf(tokens)
    const names = ['a', 'b', 'c', 'd']
    const answers = await Promise.all(names.map((name) => rename(name, { 'if-match': `"${version}"` })))
    const winners = answers.filter(({ status }) => status === 200)
    expect(winners).toHaveLength(1)
    for (const answer of answers) if (answer !== winners[0]) expectProblem(answer, 412, 'version_conflict')
    expect(await profileOf(tokens)).toEqual(winners[0]!.body)
  })

  test('refuses control characters, broken Unicode, too much, too little and other types; nothing changes', async () => {
    const before = await profileOf(tokens)
    const names = ['', ' ', '\u0000', 'a\nb', 'a\r\nSet-Cookie: x', '\u001b[2J', 'a\u0085', '\ud800', 'x'.repeat(101)]
    for (const name of [...names, 7, true, null, [], ['x'], {}]) {
      expectProblem(await rename(name), 400, 'invalid_input')
    }
    expect(await profileOf(tokens)).toEqual(before)
  })

  test('lets nothing but the name be changed', async () => {
    const before = await profileOf(tokens)
    for (const field of ['id', 'email', 'version', 'createdAt', 'userId', 'roles', 'status', 'password', 'v', 'pk']) {
      const json = { name: 'Mallory', [field]: 'admin' }
      expectProblem(await call('PATCH', '/me', { token: tokens.accessToken, json }), 400, 'invalid_input')
    }
    expect(await profileOf(tokens)).toEqual(before)
  })
})
