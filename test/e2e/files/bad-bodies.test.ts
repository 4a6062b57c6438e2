import { beforeAll, describe, expect, test } from 'vitest'
import { refusesBadBodies } from '../bad-bodies.ts'
import { call } from '../client.ts'
import { must, newUser, type User } from '../files.ts'
import { uploadPage } from '../multipart.ts'
import { expectThings, makeThings, type Things } from '../things.ts'
import { FILE_USES } from '../uses.ts'

let user: User
let things: Things
let before: unknown[]

beforeAll(async () => {
  user = await newUser()
  things = await makeThings(user)
  before = await all()
})

/** What the bodies could have changed, as it is told in full. */
async function all() {
  const { token } = user
  const paths = [`/files/${things.file}`, `/folders/${things.folder}`, '/trash', `/uploads/${things.open}`]
  return Promise.all(paths.map((path) => must(200, call('GET', path, { token }))))
}

refusesBadBodies(
  Object.entries(FILE_USES).flatMap(([name, { json, ids, optional }]) => {
    if (!json) return []
    const [, path = ''] = name.split(' ')
    return [
      {
        name,
        rightful: () => json(things),
        ...(optional ? { optional } : {}),
        token: () => user.token,
        target: () => path.replace(/\{(\w+)\}/g, (_, id: string) => ids?.(things)[id] ?? ''),
      },
    ]
  }),
)

describe('after all that', () => {
  test('nothing had changed, and nothing had been charged', async () => {
    await expectThings(user, things)
    expect(await all()).toEqual(before)
    expect(await must(200, uploadPage(user, things.open))).toMatchObject({ upload: { id: things.open }, parts: [] })
    const { token } = user
    expect(await must(200, call('GET', `/files/${things.file}/links`, { token }))).toMatchObject({
      links: [{ uses: 0 }],
    })
    expect(await must(200, call('GET', `/items/${things.file}/shares`, { token }))).toEqual({ shares: [] })
  })
})
