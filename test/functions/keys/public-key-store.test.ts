import { beforeEach, describe, expect, it } from 'vitest'
import { type PublicKey, publicKeyStore } from '../../../functions/keys/public-key-store.ts'
import { inParallel, NOW } from '../../helpers/builders.ts'
import { clientOf, startDynoxide, TABLES, usingDatabase } from '../../helpers/dynamodb.ts'

const database = usingDatabase(startDynoxide)
const KEY: PublicKey = { kid: 'one', state: 'current', kty: 'RSA', n: 'modulus', e: 'AQAB' }
const YOUNGER: PublicKey = { ...KEY, kid: 'two', state: 'next' }

/** The store of one function environment, whose calls are counted and can be made to fail. */
function environment() {
  const db = clientOf(database().url)
  const seen = { reads: 0, broken: false }
  db.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        if (commandName === 'GetItemCommand') seen.reads++
        return seen.broken ? Promise.reject(new Error('no connection')) : next(args)
      },
    { step: 'initialize' },
  )
  return { keys: publicKeyStore(db, TABLES.sessions), seen }
}

const publish = (...keys: PublicKey[]) => environment().keys.publish(keys)

beforeEach(() => publish(KEY))

describe('the public keys', () => {
  it('are found by their kid, as they were published', async () => {
    const { keys } = environment()
    expect(await keys.find('one', NOW)).toEqual(KEY)
    expect(await keys.find('two', NOW)).toBeUndefined()
    expect(await keys.find('constructor', NOW)).toBeUndefined()
    expect(await keys.find('', NOW)).toBeUndefined()
  })

  it('are read once in thirty seconds', async () => {
    const { keys, seen } = environment()
    for (const later of [0, 1, 15, 29]) expect(await keys.find('one', NOW + later)).toEqual(KEY)
    expect(seen.reads).toBe(1)
    await keys.find('one', NOW + 30)
    expect(seen.reads).toBe(2)
  })

  it('are not read again for an unknown kid within thirty seconds, however often it comes', async () => {
    const { keys, seen } = environment()
    await inParallel(100, (at) => keys.find(`unknown ${at}`, NOW + (at % 30)))
    expect(seen.reads).toBe(1)
  })

  it('a withdrawn one is dead after thirty seconds', async () => {
    const { keys } = environment()
    await keys.find('one', NOW)
    await publish(YOUNGER)
    expect(await keys.find('one', NOW + 29)).toEqual(KEY)
    expect(await keys.find('one', NOW + 30)).toBeUndefined()
  })

  it('a withdrawn one is dead also when the clock went back meanwhile', async () => {
    const { keys } = environment()
    await keys.find('one', NOW + 3600)
    await publish(YOUNGER)
    expect(await keys.find('one', NOW)).toBeUndefined()
  })

  it('a new one is known after thirty seconds', async () => {
    const { keys } = environment()
    expect(await keys.find('two', NOW)).toBeUndefined()
    await publish(KEY, YOUNGER)
    expect(await keys.find('two', NOW + 30)).toEqual(YOUNGER)
  })

  it('none are there before the first deployment ended, and then none counts', async () => {
    await publish()
    expect(await environment().keys.find('one', NOW)).toBeUndefined()
  })

  it('read in INIT are there for the first request, without another call', async () => {
    const { keys, seen } = environment()
    void keys.warm(NOW)
    expect(await keys.find('one', NOW)).toEqual(KEY)
    expect(await keys.find('one', NOW + 5)).toEqual(KEY)
    expect(seen.reads).toBe(1)
  })
})

describe('when the keys cannot be read', () => {
  const unavailable = { code: 'store_unavailable' }

  it('the store is unavailable: a token is neither accepted nor refused', async () => {
    const { keys, seen } = environment()
    seen.broken = true
    await expect(keys.find('one', NOW)).rejects.toMatchObject(unavailable)
    await expect(keys.reach(NOW)).rejects.toMatchObject(unavailable)
    await expect(keys.publish([])).rejects.toMatchObject(unavailable)
  })

  it('keys older than thirty seconds do not count on', async () => {
    const { keys, seen } = environment()
    await keys.find('one', NOW)
    seen.broken = true
    expect(await keys.find('one', NOW + 29)).toEqual(KEY)
    await expect(keys.find('one', NOW + 30)).rejects.toMatchObject(unavailable)
  })

  it('the next request reads again', async () => {
    const { keys, seen } = environment()
    seen.broken = true
    await expect(keys.find('one', NOW)).rejects.toMatchObject(unavailable)
    seen.broken = false
    expect(await keys.find('one', NOW)).toEqual(KEY)
  })

  it('in INIT, nothing breaks before a request asks', async () => {
    const { keys, seen } = environment()
    seen.broken = true
    void keys.warm(NOW)
    await new Promise(setImmediate)
    seen.broken = false
    expect(await keys.find('one', NOW)).toEqual(KEY)
  })
})

describe('reaching the store', () => {
  it('reads it each time, whatever is cached', async () => {
    const { keys, seen } = environment()
    await keys.find('one', NOW)
    await keys.reach(NOW)
    await keys.reach(NOW + 1)
    expect(seen.reads).toBe(3)
  })
})
