import { expect, it } from 'vitest'
import { onFirstCall } from '../../functions/data/on-first-call.ts'
import { once } from '../../functions/once.ts'
import { prepared } from '../../functions/prepared.ts'

it('once makes a thing when it is first asked for, even one that is nothing', () => {
  let made = 0
  const nothing = once(() => {
    made++
    return undefined
  })
  expect(made).toBe(0)
  expect([nothing(), nothing(), made]).toEqual([undefined, undefined, 1])
})

it('once asks again after a failure: a variable may be set by then', () => {
  let fails = true
  const thing = once(() => {
    if (fails) throw new Error('not yet')
    return 'thing'
  })
  expect(thing).toThrow('not yet')
  fails = false
  expect(thing()).toBe('thing')
})

it('a handler that was not made ready makes what it needs by its first call', async () => {
  let made = 0
  const handler = prepared(
    () => ++made,
    async (has, more: number) => has + more,
  )
  expect(made).toBe(0)
  expect([await handler(1), await handler(2), made]).toEqual([2, 3, 1])
})

it('methods that are loaded on the first call are loaded once, and give what they give', async () => {
  let loaded = 0
  const store = onFirstCall(async () => {
    loaded++
    return { find: async (id: string) => `found ${id}`, drop: async () => undefined }
  })
  // As the value of a promise it is itself, and nothing is loaded for it.
  const { find } = await Promise.resolve(store)
  expect(loaded).toBe(0)
  expect(await Promise.all([find('a'), store.find('b'), store.drop()])).toEqual(['found a', 'found b', undefined])
  expect(loaded).toBe(1)
})

it('methods that could not be loaded are tried again, and one that is not there is named', async () => {
  let fails = true
  const store = onFirstCall<{ [name: string]: () => Promise<string> }>(async () => {
    if (fails) throw new Error('not yet')
    return { find: async () => 'found' }
  })
  await expect(store.find?.()).rejects.toThrow('not yet')
  fails = false
  expect(await store.find?.()).toBe('found')
  await expect(store.drop?.()).rejects.toThrow('there is no method drop')
})
