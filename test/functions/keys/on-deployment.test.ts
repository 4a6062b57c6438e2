import type { CloudFormationCustomResourceEvent } from 'aws-lambda'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { KeyRing } from '../../../functions/keys/key-ring-store.ts'
import { publicKeyStore } from '../../../functions/keys/public-key-store.ts'
import { anId, NOW } from '../../helpers/builders.ts'
import { startDynoxide, TABLES, usingDatabase } from '../../helpers/dynamodb.ts'
import { type FakeCloud, ISSUER_BUCKET, startFakeCloud } from '../../helpers/fake-cloud.ts'
import { rawItem } from '../../helpers/raw-items.ts'

const database = usingDatabase(startDynoxide)
let cloud: FakeCloud
let handler: typeof import('../../../functions/keys/on-deployment.ts').handler
/** Keys of this size take their time to make: one first deployment is looked at by many tests. */
let first: Awaited<ReturnType<typeof deployFirst>>

beforeAll(async () => {
  cloud = await startFakeCloud(database())
  Object.assign(process.env, cloud.variables)
  ;({ handler } = await import('../../../functions/keys/on-deployment.ts'))
  first = await deployFirst()
})
afterAll(() => cloud.stop())
beforeEach(() => {
  cloud.forget()
  cloud.objects.clear()
  delete cloud.secret.value
  delete cloud.secret.token
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

async function deployFirst() {
  const create = event('Create')
  await handler(create)
  const { value = '' } = cloud.secret
  return {
    create,
    ring: value,
    key: (JSON.parse(value) as KeyRing).keys[0]!,
    keyCount: (JSON.parse(value) as KeyRing).keys.length,
    calls: [...cloud.calls],
    answers: [...cloud.answersToCloudFormation],
    objects: new Map(cloud.objects),
    published: await rawItem(database(), TABLES.sessions, 'keys', 'public'),
  }
}

const STACK = 'arn:aws:cloudformation:us-east-1:123456789012:stack/LetheState/1'

function event(RequestType: 'Create' | 'Update' | 'Delete') {
  return {
    RequestType,
    StackId: STACK,
    RequestId: anId(),
    LogicalResourceId: 'KeyRingEnsured',
    ResponseURL: `${cloud.url}/cloudformation?signature=x`,
  } as CloudFormationCustomResourceEvent
}

const published = () => publicKeyStore(database().db, TABLES.sessions)
const pathOf = (name: string) => `/${ISSUER_BUCKET}/.well-known/${name}`
const keySet = () => JSON.parse(cloud.objects.get(pathOf('jwks.json'))?.body ?? '{}')
const answers = () => cloud.answersToCloudFormation.map(({ body }) => body)

describe('the first deployment', () => {
  const firstDocument = (name: string) => JSON.parse(first.objects.get(pathOf(name))?.body ?? 'null')

  it('makes one current key of 3072 bits', () => {
    const { kid, state, jwk } = first.key
    expect(first.keyCount).toBe(1)
    expect(state).toBe('current')
    expect(Buffer.from(jwk.n ?? '', 'base64url')).toHaveLength(384)
    expect(kid).toMatch(/^[A-Za-z0-9_-]{43}$/)
  })

  it('is told to CloudFormation, without a content type because the address is signed for none', () => {
    const body = {
      Status: 'SUCCESS',
      StackId: STACK,
      RequestId: first.create.RequestId,
      LogicalResourceId: 'KeyRingEnsured',
      PhysicalResourceId: 'key-ring',
    }
    expect(first.answers.map(({ contentType, ...answer }) => ({ ...answer, contentType: contentType ?? '' }))).toEqual([
      { body, contentType: '' },
    ])
  })

  it('publishes the public part to the handlers', async () => {
    const { kid, jwk } = first.key
    expect(JSON.parse(first.published?.keys?.S ?? '')).toEqual([
      { kid, state: 'current', kty: 'RSA', n: jwk.n, e: jwk.e },
    ])
  })

  it('writes the key set and the discovery document, as JSON to be cached for five minutes', () => {
    const { kid, jwk } = first.key
    const issuer = `${cloud.url}/${ISSUER_BUCKET}`
    expect(firstDocument('jwks.json')).toEqual({
      keys: [{ kid, kty: 'RSA', n: jwk.n, e: jwk.e, use: 'sig', alg: 'RS256' }],
    })
    expect(firstDocument('openid-configuration')).toEqual({
      issuer,
      jwks_uri: `${issuer}/.well-known/jwks.json`,
      authorization_endpoint: expect.stringContaining(issuer),
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    })
    for (const { headers } of first.objects.values()) {
      expect(headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'public, max-age=300' })
    }
  })

  it('shows nothing private to anyone', () => {
    const { d, p, q, dp, dq, qi } = first.key.jwk
    const shown = JSON.stringify([[...first.objects.values()].map(({ body }) => body), first.answers, first.published])
    for (const part of [d, p, q, dp, dq, qi]) {
      expect(part).toBeTypeOf('string')
      expect(shown).not.toContain(part)
    }
  })

  it('lets handlers know a key before the gateway can, and answers when the issuer does', () => {
    expect(first.calls).toEqual([
      'secretsmanager:GetSecretValue',
      'secretsmanager:PutSecretValue',
      'secretsmanager:GetSecretValue',
      'dynamodb:PutItem',
      's3:PutObject',
      's3:PutObject',
      'http:GetIssuer',
      'http:AnswerCloudFormation',
    ])
  })

  it('and a rival at the same time end with the same one key', async () => {
    await Promise.all([handler(event('Create')), handler(event('Create'))])
    expect(cloud.calls.filter((call) => call === 'secretsmanager:PutSecretValue')).toHaveLength(2)
    const { kid } = (JSON.parse(cloud.secret.value ?? '') as KeyRing).keys[0]!
    expect(keySet().keys).toMatchObject([{ kid }])
    expect(await published().find(kid, NOW)).toBeDefined()
    expect(answers()).toMatchObject([{ Status: 'SUCCESS' }, { Status: 'SUCCESS' }])
  })
})

describe('every later deployment', () => {
  beforeEach(() => {
    cloud.secret.value = first.ring
  })

  it.each(['Create', 'Update'] as const)('keeps the keys there are and writes all else again: %s', async (type) => {
    await handler(event(type))
    expect(cloud.secret.value).toBe(first.ring)
    expect(cloud.calls).not.toContain('secretsmanager:PutSecretValue')
    expect(await rawItem(database(), TABLES.sessions, 'keys', 'public')).toEqual(first.published)
    expect([...cloud.objects].map(([path, { body }]) => [path, body])).toEqual(
      [...first.objects].map(([path, { body }]) => [path, body]),
    )
    expect(answers()).toMatchObject([{ Status: 'SUCCESS', PhysicalResourceId: 'key-ring' }])
  })

  it('publishes every key of the ring with its state', async () => {
    const { kid } = first.key
    cloud.secret.value = JSON.stringify({
      keys: [
        { ...first.key, state: 'retired' },
        { ...first.key, kid: 'younger' },
      ],
    })
    await handler(event('Update'))
    expect(await published().find(kid, NOW)).toMatchObject({ state: 'retired' })
    expect(await published().find('younger', NOW)).toMatchObject({ state: 'current' })
    expect(keySet().keys).toMatchObject([{ kid }, { kid: 'younger' }])
  })

  it('waits for an issuer that does not answer yet', async () => {
    cloud.fail('http:GetIssuer', 'broken')
    await handler(event('Update'))
    expect(cloud.calls.filter((call) => call === 'http:GetIssuer')).toHaveLength(2)
    expect(answers()).toMatchObject([{ Status: 'SUCCESS' }])
  })
})

describe('the removal of the stack', () => {
  it('leaves keys and documents where they are', async () => {
    cloud.secret.value = first.ring
    await handler(event('Delete'))
    expect(cloud.calls).toEqual(['http:AnswerCloudFormation'])
    expect(answers()).toMatchObject([{ Status: 'SUCCESS', PhysicalResourceId: 'key-ring' }])
    expect(cloud.secret.value).toBe(first.ring)
  })
})

describe('a failure', () => {
  beforeEach(() => {
    cloud.secret.value = first.ring
  })

  it.each(['secretsmanager:GetSecretValue', 'dynamodb:PutItem', 's3:PutObject'])(
    'of %s is told to CloudFormation with its reason',
    async (action) => {
      cloud.fail(action, 'broken', 'broken', 'broken')
      await handler(event('Update'))
      expect(answers()).toMatchObject([{ Status: 'FAILED', Reason: expect.stringMatching(/./) }])
      expect(cloud.calls).not.toContain('http:GetIssuer')
    },
  )

  it('to tell the handlers of a key leaves it hidden from the gateway', async () => {
    cloud.fail('dynamodb:PutItem', 'broken', 'broken', 'broken')
    await handler(event('Update'))
    expect(cloud.objects.size).toBe(0)
  })

  it('to keep the first key publishes nothing', async () => {
    delete cloud.secret.value
    cloud.fail('secretsmanager:PutSecretValue', 'broken', 'broken', 'broken')
    await handler(event('Create'))
    expect(answers()).toMatchObject([{ Status: 'FAILED', Reason: expect.stringMatching(/./) }])
    expect(cloud.calls).not.toContain('dynamodb:PutItem')
    expect(cloud.objects.size).toBe(0)
  })

  it('is an issuer that never answers, after four minutes and within the time of the function', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout'] })
    const startedAt = Date.now()
    cloud.fail('http:GetIssuer', ...Array(500).fill('broken'))
    let over = false
    const done = handler(event('Update')).finally(() => {
      over = true
    })
    while (!over) {
      await new Promise(setImmediate)
      // The clients of AWS have timers too: only the pauses between two looks at the issuer are passed over.
      if (cloud.calls.includes('http:GetIssuer')) vi.advanceTimersByTime(250)
    }
    await done
    const issuer = `${cloud.url}/${ISSUER_BUCKET}/.well-known/openid-configuration`
    expect(answers()).toMatchObject([{ Status: 'FAILED', Reason: `the issuer ${issuer} does not answer: status 500` }])
    expect(Date.now() - startedAt).toBeGreaterThan(240_000)
    expect(Date.now() - startedAt).toBeLessThan(300_000)
  })
})
