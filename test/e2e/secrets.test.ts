import { beforeAll, describe, expect, test } from 'vitest'
import { type Account, newPassword, openAccount, refresh, signIn, type Tokens, trySignIn } from './accounts.ts'
import { call } from './client.ts'
import { beginUpload, type FileView, must, upload, urlOf } from './files.ts'
import { expectNoSecret, remember } from './known-secrets.ts'
import { codesIn, mailsTo, waitForMail } from './outbox.ts'
import { some } from './pace.ts'
import { sha256 } from './s3.ts'

let account: Account
let tokens: Tokens
let secrets: Record<string, string>
let file: FileView

beforeAll(async () => {
  account = await openAccount()
  const { token, code } = codesIn(await waitForMail(account.email))
  const first = await signIn(account)
  tokens = await refresh(first.refreshToken)
  secrets = {
    password: account.password,
    token,
    code,
    accessToken: tokens.accessToken,
    refreshToken: tokens.refreshToken,
    parent: first.refreshToken,
  }
  const user = { ...account, token: tokens.accessToken }
  file = await upload(user, { name: 'file' })
  const json = { expiresAt: new Date(Date.now() + 86_400_000).toISOString() }
  const link = await must(201, call<{ token: string }>('POST', `/files/${file.id}/links`, { token: user.token, json }))
  const { put } = await must(201, beginUpload(user, { name: 'open', size: 0, sha256: sha256(new Uint8Array()) }))
  secrets = {
    ...secrets,
    link: link.token,
    putSignature: signatureOf(put!.url),
    getSignature: signatureOf((await urlOf(user, file.id)).url),
  }
  for (const secret of Object.values(secrets)) remember(secret)
})

const signatureOf = (url: string) => new URL(url).searchParams.get('X-Amz-Signature')!

/** The client looks for every known secret in every answer that is no pair of tokens; these make the answers talk. */
describe('no answer repeats a secret', () => {
  const routes = [
    'POST /users',
    'POST /users/verify',
    'POST /sessions',
    'POST /sessions/refresh',
    'PATCH /me',
    'POST /files',
    'POST /folders',
    'POST /links/open',
  ]

  test.each(routes)('%s, wherever in the body it stands', async (route) => {
    const [method = '', target = ''] = route.split(' ')
    const ask = (json: unknown) => call(method, target, { json, token: tokens.accessToken })
    const send = (body: string, type: string) =>
      call(method, target, { body, token: tokens.accessToken, headers: { 'content-type': type } })
    const fields = ['email', 'password', 'name', 'token', 'pendingId', 'code', 'refreshToken']
    const ways = Object.values(secrets).flatMap((secret) => [
      () => ask(secret),
      () => ask([secret]),
      () => ask({ [secret]: 1 }),
      () => ask(Object.fromEntries(fields.map((field) => [field, [secret]]))),
      () => ask({ unknown: secret }),
      () => send(`"${secret}`, 'application/json'),
      () => send(secret, secret.replace(/[^ -~]/g, '')),
    ])
    for (const way of some(ways, routes.indexOf(route))) expect([400, 415]).toContain((await way()).status)
  })

  test('in the query, as a header or as a path', async () => {
    for (const secret of Object.values(secrets)) {
      const text = encodeURIComponent(secret)
      const { accessToken: token } = tokens
      await call('GET', `/sessions?cursor=${text}`, { token })
      await call('GET', `/sessions?limit=${text}`, { token })
      await call('GET', `/sessions?${text}`, { token })
      await call('GET', `/me?token=${text}`, { token })
      await call('GET', `/files/${encodeURIComponent(text)}`, { token })
      await call('GET', `/folders/root/children?cursor=${text}`, { token })
      await call('POST', `/links/open?token=${text}`, { json: { token: 'x' } })
      await call('DELETE', `/sessions/${encodeURIComponent(text)}`, { token })
      await call('PATCH', '/me', { token, json: { name: 'x' }, headers: { 'if-match': encodeURIComponent(secret) } })
      await call('GET', '/me', { headers: { authorization: `Bearer ${text}` } })
    }
  })

  test('as the other’s guess: a wrong password is not told back', async () => {
    const guess = newPassword()
    const answer = await trySignIn(account.email, guess)
    expect(answer.status).toBe(401)
    expect(answer.text).not.toContain(guess)
    expect(answer.text).not.toContain(account.email)
  })
})

test('no mail brings a password, an access token or a refresh token, and no subject or link query any secret', async () => {
  const mails = await mailsTo(account.email)
  expect(mails).toHaveLength(1)
  for (const { subject, text } of mails) {
    expectNoSecret(subject, 'a subject')
    for (const name of ['password', 'accessToken', 'refreshToken', 'parent']) expect(text).not.toContain(secrets[name])
    const links = [...text.matchAll(/https?:\/\/\S+/g)].map(([url]) => new URL(url))
    expect(links).toHaveLength(1)
    for (const { hash, origin, pathname, search } of links) {
      expect(hash).toBe(`#token=${secrets.token}`)
      expectNoSecret(`${origin}${pathname}${search}`, 'a link')
    }
  }
})

test('what is known of files brings no link’s token and no URL but where it is asked for', async () => {
  const { accessToken: token } = tokens
  const { uploads } = await must(200, call<{ uploads: { id: string }[] }>('GET', '/uploads', { token }))
  const ofFile = ['', '/versions', '/links'].map((list) => `/files/${file.id}${list}`)
  for (const target of [...ofFile, '/uploads', `/uploads/${uploads[0]!.id}`, '/folders/root/children', '/me/usage']) {
    const { status, text } = await call('GET', target, { token })
    expect(status).toBe(200)
    expectNoSecret(text, target)
    expect(text).not.toContain('X-Amz-')
  }
})

test('the profile and the list of sessions tell no part of a token', async () => {
  const [, , , family = '', secret = ''] = tokens.refreshToken.split('.')
  for (const target of ['/me', '/sessions']) {
    const { text } = await call('GET', target, { token: tokens.accessToken })
    expect(text).not.toContain(family)
    expect(text).not.toContain(secret)
  }
})
