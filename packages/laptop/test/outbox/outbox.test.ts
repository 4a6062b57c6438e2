import { describe, expect, it, onTestFinished } from 'vitest'
import { type Mail, openMailbox } from '../../outbox/mailbox.ts'
import { startOutbox } from '../../outbox/outbox.ts'
import type { StoredObject } from '../../services/s3.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const mail = (id: string, to: string, more: Partial<Mail> = {}): Mail => ({
  id,
  to: [to],
  from: 'no-reply@example.com',
  subject: `Mail ${id}`,
  text: `Text ${id}`,
  at: '2026-11-21T12:00:00.000Z',
  ...more,
})

async function started({ mails = [], objects = {} }: { mails?: Mail[]; objects?: Record<string, string> } = {}) {
  const mailbox = await openMailbox(temporaryFolder())
  for (const one of mails) await mailbox.add(one)
  const read = async (bucket: string, key: string): Promise<StoredObject | undefined> => {
    const body = objects[`${bucket}/${key}`]
    if (body === undefined) return undefined
    const headers = { 'content-type': 'application/json', 'cache-control': 'max-age=300', 'x-amz-meta-secret': 'x' }
    return { key, body: Buffer.from(body), size: body.length, etag: '"1"', lastModified: '', headers }
  }
  const outbox = await startOutbox({ host: '127.0.0.1', port: 0, name: 'Sample & Co', mailbox, objects: { read } })
  onTestFinished(outbox.close)
  return { mailbox, get: (path: string, init: RequestInit = {}) => fetch(`${outbox.url}${path}`, init) }
}

describe('GET /mails', () => {
  it('gives the mails, newest first', async () => {
    const mails = [mail('1', 'ann@example.org'), mail('2', 'bob@example.org', { html: '<b>2</b>' })]
    const { get } = await started({ mails })
    const response = await get('/mails')
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(await response.json()).toEqual({ mails: mails.toReversed() })
  })

  it('gives those to one address', async () => {
    const mails = [mail('1', 'ann+x@example.org'), mail('2', 'bob@example.org'), mail('3', 'ann+x@example.org')]
    const { get } = await started({ mails })
    const to = encodeURIComponent('ann+x@example.org')
    expect(await (await get(`/mails?to=${to}`)).json()).toEqual({ mails: [mails[2], mails[0]] })
  })
})

describe('DELETE /mails', () => {
  it('clears the outbox', async () => {
    const { get, mailbox } = await started({ mails: [mail('1', 'ann@example.org')] })
    expect((await get('/mails', { method: 'DELETE' })).status).toBe(204)
    expect(mailbox.list()).toEqual([])
  })
})

describe('GET /', () => {
  it('shows the mails, newest first, with their links to follow', async () => {
    const text = 'Open https://app.example/verify#token=a-b_c&x=1.\nThank you (https://app.example).'
    const { get } = await started({ mails: [mail('1', 'ann@example.org', { text }), mail('2', 'bob@example.org')] })
    const response = await get('/')
    const page = await response.text()
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(page).toContain('<title>Sample &amp; Co outbox</title>')
    expect(page.indexOf('Mail 2')).toBeLessThan(page.indexOf('Mail 1'))
    const link = 'https://app.example/verify#token=a-b_c&amp;x=1'
    expect(page).toContain(`<a href="${link}" rel="noreferrer">${link}</a>.`)
    expect(page).toContain('(<a href="https://app.example" rel="noreferrer">https://app.example</a>).')
  })

  it('runs and loads nothing that stands in a mail', async () => {
    const evil = `"'><script>alert(1)</script><img src=https://evil.example/x onerror=alert(1)> javascript:alert(1)`
    const fields = { subject: evil, text: evil, html: evil, from: evil, to: [evil], at: evil }
    const { get } = await started({ mails: [mail('1', 'x', fields)] })
    const response = await get('/')
    const page = await response.text()
    expect(page).not.toMatch(/<(script|img)/)
    expect(page).not.toMatch(/href="javascript/)
    expect([...page.matchAll(/<a href="([^"]*)"/g)].map(([, url]) => url)).toEqual(['https://evil.example/x'])
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none';/)
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  })

  it('says so when there is none', async () => {
    const { get } = await started()
    expect(await (await get('/')).text()).toContain('No mail has been sent yet.')
  })
})

describe('issuer documents', () => {
  const objects = {
    'issuer/.well-known/jwks.json': '{"keys":[]}',
    'issuer/private.json': 'private',
    'files/o/1': 'private',
  }

  it('are served from their bucket with its headers, without metadata', async () => {
    const { get } = await started({ objects })
    const response = await get('/issuer/.well-known/jwks.json')
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(response.headers.get('cache-control')).toBe('max-age=300')
    expect(response.headers.get('x-amz-meta-secret')).toBeNull()
    expect(await response.json()).toEqual({ keys: [] })
  })

  it.each([
    ['GET', '/issuer/private.json'],
    ['GET', '/issuer/.well-known/missing'],
    ['GET', '/files/o/1'],
    ['GET', '/issuer/.well-known/%2e%2e/private.json'],
    ['GET', '/issuer/.well-known/..%2fprivate.json'],
    ['POST', '/issuer/.well-known/jwks.json'],
    ['PUT', '/mails'],
    ['GET', '/mails/'],
    ['GET', '/favicon.ico'],
  ])('and nothing else: %s %s is 404', async (method, path) => {
    const { get } = await started({ objects })
    expect((await get(path, { method })).status).toBe(404)
  })
})
