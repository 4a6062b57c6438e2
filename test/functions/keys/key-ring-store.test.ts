import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { config } from '../../../functions/config.ts'
import { type KeyRing, keyRingStore } from '../../../functions/keys/key-ring-store.ts'
import { NOW } from '../../helpers/builders.ts'
import { type FakeCloud, startFakeCloud } from '../../helpers/fake-cloud.ts'

let cloud: FakeCloud
beforeAll(async () => {
  cloud = await startFakeCloud()
  Object.assign(process.env, cloud.variables)
})
afterAll(() => cloud.stop())
beforeEach(() => {
  cloud.forget()
  cloud.secret.value = JSON.stringify(RING)
  delete cloud.secret.token
})

const jwk = { kty: 'RSA', n: 'modulus', e: 'AQAB', d: 'private' }
const RING: KeyRing = {
  keys: [
    { kid: 'old', state: 'retired', jwk },
    { kid: 'now', state: 'current', jwk },
    { kid: 'then', state: 'next', jwk },
  ],
}
const REPLACED: KeyRing = { keys: [{ kid: 'then', state: 'current', jwk }] }
const TOKEN = 'the-token-of-the-stack-in-32-characters'
const store = () => keyRingStore(config.aws(), 'key-ring')
const unavailable = { code: 'store_unavailable' }

describe('the key that signs', () => {
  it('is the current one of the ring', async () => {
    expect(await store().current(NOW)).toEqual(RING.keys[1])
  })

  it('is read once in five minutes', async () => {
    const ring = store()
    await ring.current(NOW)
    cloud.secret.value = JSON.stringify(REPLACED)
    expect(await ring.current(NOW + 299)).toMatchObject({ kid: 'now' })
    expect(cloud.calls).toHaveLength(1)
    expect(await ring.current(NOW + 300)).toMatchObject({ kid: 'then' })
    expect(cloud.calls).toHaveLength(2)
  })

  it('is read again when the clock went back', async () => {
    const ring = store()
    await ring.current(NOW + 3600)
    cloud.secret.value = JSON.stringify(REPLACED)
    expect(await ring.current(NOW)).toMatchObject({ kid: 'then' })
  })

  it('is read once for requests that come at once', async () => {
    const ring = store()
    await Promise.all([ring.current(NOW), ring.current(NOW), ring.current(NOW)])
    expect(cloud.calls).toHaveLength(1)
  })

  it.each([
    ['there is no ring yet', undefined],
    ['no key of the ring is current', JSON.stringify({ keys: [RING.keys[0], RING.keys[2]] })],
    ['the ring is empty', JSON.stringify({ keys: [] })],
    ['the ring is not readable', 'not JSON'],
  ])('is unavailable while %s', async (_, value) => {
    if (value === undefined) delete cloud.secret.value
    else cloud.secret.value = value
    await expect(store().current(NOW)).rejects.toMatchObject(unavailable)
  })

  it('is asked for three times and then unavailable', async () => {
    cloud.fail('secretsmanager:GetSecretValue', 'broken', 'broken', 'broken')
    await expect(store().current(NOW)).rejects.toMatchObject(unavailable)
    expect(cloud.calls).toHaveLength(3)
    expect(await store().current(NOW)).toMatchObject({ kid: 'now' })
  })
})

describe('the ring', () => {
  it('is absent before the first one was put, which is no failure', async () => {
    delete cloud.secret.value
    expect(await store().find()).toBeUndefined()
  })

  it('is put once: a rival with the same token keeps the first', async () => {
    delete cloud.secret.value
    await store().putFirst(RING, TOKEN)
    await store().putFirst(REPLACED, TOKEN)
    expect(await store().find()).toEqual(RING)
  })

  it('that cannot be put is a failure', async () => {
    cloud.fail('secretsmanager:PutSecretValue', 'broken', 'broken', 'broken')
    await expect(store().putFirst(RING, TOKEN)).rejects.toThrow()
  })
})
