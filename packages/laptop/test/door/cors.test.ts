import { PutObjectCommand } from '@aws-sdk/client-s3'
import { describe, expect, it } from 'vitest'
import { readBucketCors } from '../../door/cors.ts'
import type { JsonObject } from '../../model.ts'
import { aStore, Bucket, type Presigning } from '../services/s3/a-store.ts'
import { resource } from './test-door.ts'

const PAGE = 'https://app.example.com'
const RULES: JsonObject[] = [
  {
    AllowedOrigins: ['https://*.example.com'],
    AllowedMethods: ['PUT', 'GET'],
    AllowedHeaders: ['content-type', 'x-amz-*'],
    ExposedHeaders: ['ETag', 'x-amz-checksum-sha256'],
    MaxAge: 600,
  },
  { AllowedOrigins: ['*'], AllowedMethods: ['GET'] },
  { AllowedOrigins: ['http://a*a'], AllowedMethods: ['DELETE'] },
]

async function started(rules: JsonObject[] = RULES) {
  const properties: JsonObject = rules.length > 0 ? { CorsConfiguration: { CorsRules: rules } } : {}
  const store = await aStore({ properties })
  await store.client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'text' }))
  const preflight = (headers: Record<string, string>) =>
    fetch(`${store.door.url}/${Bucket}/a?X-Amz-Signature=x`, { method: 'OPTIONS', headers })
  const fetched = async (headers: Record<string, string>, presigning: Presigning = {}) =>
    fetch(await store.presign(presigning), { headers, method: presigning.method ?? 'GET' })
  return { ...store, preflight, fetched }
}

const corsOf = ({ headers }: Response) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-') || name === 'vary'))

const asking = (origin: string, method: string, headers?: string) => ({
  origin,
  'access-control-request-method': method,
  ...(headers && { 'access-control-request-headers': headers }),
})

const VARY = 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method'

describe('a preflight', () => {
  it('is answered without a signature, by the rule that fits', async () => {
    const { preflight } = await started()
    const answer = await preflight(asking(PAGE, 'PUT', 'Content-Type, x-amz-checksum-sha256'))
    expect(answer.status).toBe(200)
    expect(corsOf(answer)).toEqual({
      'access-control-allow-origin': PAGE,
      'access-control-allow-methods': 'PUT, GET',
      'access-control-allow-headers': 'content-type, x-amz-checksum-sha256',
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'ETag, x-amz-checksum-sha256',
      'access-control-max-age': '600',
      vary: VARY,
    })
  })

  it('from anywhere is answered with *, and without credentials', async () => {
    const { preflight } = await started()
    const answer = await preflight(asking('https://elsewhere.org', 'GET'))
    expect(corsOf(answer)).toEqual({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'GET',
      vary: VARY,
    })
  })

  it.each<[what: string, origin: string, method: string, headers: string | undefined]>([
    ['another origin', 'https://elsewhere.org', 'PUT', undefined],
    ['an origin that only ends alike', 'https://.example.com.org', 'PUT', undefined],
    ['an origin whose start and end overlap', 'http://a', 'DELETE', undefined],
    ['another method', PAGE, 'DELETE', undefined],
    ['another header', PAGE, 'PUT', 'content-type, authorization'],
  ])('for %s is refused', async (_what, origin, method, headers) => {
    const { preflight } = await started()
    const answer = await preflight(asking(origin, method, headers))
    expect([answer.status, corsOf(answer)]).toEqual([403, {}])
    expect(await answer.text()).toMatch(
      /<Code>AccessForbidden<\/Code><Message>CORSResponse: This CORS request is not allowed\./,
    )
  })

  it('of a bucket without rules is refused, and one that asks nothing too', async () => {
    const { preflight } = await started([])
    const refused = await preflight(asking(PAGE, 'GET'))
    expect([refused.status, await refused.text()]).toEqual([403, expect.stringContaining('CORS is not enabled')])
    expect((await preflight({ origin: PAGE })).status).toBe(400)
  })
})

describe('an answer to a page', () => {
  it('says that the page may read it and what of its headers', async () => {
    const { fetched } = await started()
    const answer = await fetched({ origin: PAGE })
    expect(await answer.text()).toBe('text')
    expect(corsOf(answer)).toMatchObject({
      'access-control-allow-origin': PAGE,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'ETag, x-amz-checksum-sha256',
      vary: VARY,
    })
  })

  it('says so of refusals too', async () => {
    const { door, fetched } = await started()
    const late = await fetched({ origin: PAGE }, { expiresIn: 1, signedAt: new Date(Date.now() - 60_000) })
    expect([late.status, late.headers.get('access-control-allow-origin')]).toEqual([403, PAGE])
    const unsigned = await fetch(`${door.url}/${Bucket}/a`, { method: 'PUT', body: 'x', headers: { origin: PAGE } })
    expect([unsigned.status, unsigned.headers.get('access-control-allow-origin')]).toEqual([403, PAGE])
    const missing = await fetched({ origin: PAGE }, { key: 'missing' })
    expect([missing.status, missing.headers.get('access-control-allow-origin')]).toEqual([404, PAGE])
  })

  it('says nothing to who is no page, or a page that no rule knows', async () => {
    const { fetched } = await started(RULES.slice(0, 1))
    expect(corsOf(await fetched({}))).toEqual({})
    expect(corsOf(await fetched({ origin: 'https://elsewhere.org' }))).toEqual({})
    expect(corsOf(await fetched({ origin: PAGE }, { method: 'HEAD' }))).toEqual({})
  })
})

describe('rules', () => {
  it.each<[what: string, rule: JsonObject, where: string]>([
    ['an unknown part', { ...RULES[1], AllowedTimes: [] }, 'AllowedTimes'],
    ['an unknown method', { AllowedOrigins: ['*'], AllowedMethods: ['PATCH'] }, 'AllowedMethods'],
    ['two wildcards', { AllowedOrigins: ['https://*.*.org'], AllowedMethods: ['GET'] }, 'more than one *'],
  ])('with %s are refused', (_what, rule, where) => {
    const bucket = resource('AWS::S3::Bucket', Bucket, { CorsConfiguration: { CorsRules: [rule] } })
    expect(() => readBucketCors([bucket])).toThrow(where)
  })
})
