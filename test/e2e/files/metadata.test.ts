import { beforeAll, describe, expect, test } from 'vitest'
import { call, expectProblem } from '../client.ts'
import { aStranger, createFolder, type FileView, fileOf, must, newUser, type User, upload } from '../files.ts'
import { PARALLEL } from '../pace.ts'

type Metadata = { custom: object; tags: string[]; revision: number; changedAt?: string; changedBy?: string }

const MOST_BYTES = 8192
let user: User
let file: FileView

beforeAll(async () => {
  user = await newUser()
  file = await upload(user, { name: 'with notes' })
})

const get = (id: string, by = user) => call<Metadata>('GET', `/items/${id}/metadata`, { token: by.token })
const put = (id: string, json: object, ifMatch?: string, by = user) =>
  call<Metadata>('PUT', `/items/${id}/metadata`, {
    token: by.token,
    json,
    mayBeBusy: true,
    ...(ifMatch ? { headers: { 'if-match': ifMatch } } : {}),
  })

/** An object that is so many bytes of JSON. */
const sized = (bytes: number, letter = 'x') => ({
  note: letter.repeat((bytes - '{"note":""}'.length) / Buffer.byteLength(letter)),
})

describe('metadata', () => {
  test('is nothing at first, and then what was noted, when and by whom', async () => {
    const { id } = await createFolder(user, 'noted')
    const none = await get(id)
    expect(none.body).toEqual({ custom: {}, tags: [], revision: 0 })
    expect(none.headers.get('etag')).toBe('"0"')
    const custom = { title: 'é🦊', list: [1, null, { deep: [true] }], '': 0.5 }
    const noted = await put(id, { custom, tags: ['b', 'a', 'été 🦊'] })
    expect(noted.headers.get('etag')).toBe('"1"')
    expect(noted.body).toMatchObject({ custom, tags: ['b', 'a', 'été 🦊'], revision: 1, changedBy: user.id })
    expect(Math.abs(Date.parse(noted.body.changedAt!) - Date.now())).toBeLessThan(60_000)
    const found = await get(id)
    expect(found.body).toEqual(noted.body)
    expect(found.headers.get('etag')).toBe('"1"')
    const next = await must(200, put(id, { custom: {}, tags: [] }))
    expect(next).toMatchObject({ custom: {}, tags: [], revision: 2 })
  })

  test('changes under If-Match only as it was seen', async () => {
    const { id } = await createFolder(user, 'matched notes')
    const json = { custom: { n: 1 }, tags: [] }
    expectProblem(await put(id, json, '"1"'), 412, 'version_conflict')
    const first = await must(200, put(id, json, '"0"'))
    // The answer may have been lost: the same note again is the same note.
    expect(await must(200, put(id, json, '"0"'))).toEqual(first)
    expectProblem(await put(id, { ...json, tags: ['other'] }, '"0"'), 412, 'version_conflict')
    for (const tag of ['"2"', 'W/"1"', '1']) expectProblem(await put(id, json, tag), 412, 'version_conflict')
    expect(await must(200, put(id, json, '"1"'))).toMatchObject({ revision: 2 })
    const many = Array.from({ length: PARALLEL / 4 }, (_, n) => put(id, { custom: { n }, tags: [] }, '"2"'))
    const done = (await Promise.all(many)).filter(({ status }) => status === 200)
    expect(done).toHaveLength(1)
    expect(await must(200, get(id))).toEqual(done[0]!.body)
  })

  test('does not change the file, nor go to others with its copies', async () => {
    await must(200, put(file.id, { custom: { a: 1 }, tags: ['kept'] }))
    expect(await fileOf(user, file.id)).toEqual(file)
    const renamed = { token: user.token, json: { name: 'renamed' } }
    await must(200, call('PATCH', `/files/${file.id}`, renamed))
    expect(await must(200, get(file.id))).toMatchObject({ custom: { a: 1 }, tags: ['kept'], revision: 1 })
    const copied = { token: user.token, json: { name: 'copied' } }
    const { id } = await must(201, call<FileView>('POST', `/files/${file.id}/copies`, copied))
    expect(await must(200, get(id))).toMatchObject({ revision: 0 })
  })

  test('is at most 8 KB of JSON, to the byte', async () => {
    const { id } = await createFolder(user, 'large notes')
    await must(200, put(id, { custom: sized(MOST_BYTES), tags: [] }))
    expectProblem(await put(id, { custom: sized(MOST_BYTES + 1), tags: [] }), 400, 'invalid_input')
    expectProblem(await put(id, { custom: sized(MOST_BYTES + 1, 'é'), tags: [] }), 400, 'invalid_input')
    expect(await must(200, get(id))).toMatchObject({ custom: sized(MOST_BYTES), revision: 1 })
  })

  test('is nested at most sixteen deep', async () => {
    const { id } = await createFolder(user, 'deep notes')
    const nested = (depth: number) => JSON.parse(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`)
    await must(200, put(id, { custom: nested(16), tags: [] }))
    for (const depth of [17, 100, 1000]) {
      expectProblem(await put(id, { custom: nested(depth), tags: [] }), 400, 'invalid_input')
    }
  })

  test('is an object, with no keys that stand for prototypes and no texts that are none', async () => {
    const raw = (custom: string) =>
      call('PUT', `/items/${file.id}/metadata`, {
        token: user.token,
        headers: { 'content-type': 'application/json' },
        body: `{"tags":[],"custom":${custom}}`,
      })
    const refused = ['[]', 'null', '1', '"a"', '{"__proto__":{}}', '{"a":{"constructor":1}}', '{"a":[{"prototype":1}]}']
    for (const custom of [...refused, '{"a":"\\ud800"}', '{"\\ud800":1}', '{"a":1e999}']) {
      expectProblem(await raw(custom), 400, 'invalid_input')
    }
  })

  test('has at most fifty tags that differ and can be seen', async () => {
    const { id } = await createFolder(user, 'tagged')
    const fifty = Array.from({ length: 50 }, (_, n) => `tag ${n}`)
    await must(200, put(id, { custom: {}, tags: fifty }))
    const wrong = [
      [...fifty, 'one more'],
      ['a', 'a'],
      [''],
      [' '],
      ['\u200b'],
      ['a\nb'],
      ['e\u0301'],
      ['\ud800'],
      ['x'.repeat(65)],
      [1],
      'tags',
      { 0: 'a' },
    ]
    for (const tags of wrong) expectProblem(await put(id, { custom: {}, tags }), 400, 'invalid_input')
    expect(await must(200, get(id))).toMatchObject({ tags: fifty, revision: 1 })
  })

  test('is of what is there, and mine', async () => {
    const stranger = await aStranger()
    for (const id of [user.id, 'x'.repeat(22)]) {
      expectProblem(await get(id), 404, 'item_not_found')
      expectProblem(await put(id, { custom: {}, tags: [] }), 404, 'item_not_found')
    }
    expectProblem(await get(file.id, stranger), 404, 'item_not_found')
    expectProblem(await put(file.id, { custom: {}, tags: [] }, undefined, stranger), 404, 'item_not_found')
  })
})
