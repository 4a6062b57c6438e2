import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Route, routeKey, routes, type Trigger, triggers } from '../../functions/rows.ts'
import { zones } from '../../functions/zones.ts'
import { checkTriggers } from '../../lib/check-rows.ts'
import { routeFunctions } from '../../lib/route-functions.ts'
import firstIds from '../../lib/route-ids.json' with { type: 'json' }
import { ofType, synthesize } from './stacks.ts'

const functions = join(import.meta.dirname, '../../functions')
const row = (key: string) => routes.find((route) => routeKey(route) === key)!
const without = (key: string) => routes.filter((route) => routeKey(route) !== key)
const trigger = (entry: string) => triggers.find((each) => each.entry === entry)!
const triggersWith = (changed: Trigger) => () =>
  checkTriggers(triggers.map((each) => (each.entry === changed.entry ? changed : each)))
const checked =
  (rows: readonly Route[], of: Record<string, object> = zones) =>
  () =>
    routeFunctions('zone', rows, of)

describe('the rows', () => {
  it('stand beside their handlers, and no handler is without one', () => {
    const files = readdirSync(functions, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
    const handlers = files.filter((file) =>
      /^export const handler = /m.test(readFileSync(join(functions, file), 'utf8')),
    )
    const entries = [...routes, ...triggers].map(({ entry }) => `${entry}.ts`)
    expect(handlers.toSorted()).toEqual(entries.toSorted())
  })

  it('have as many functions as zones, whose names are all used', () => {
    const names = routeFunctions('zone', routes, zones).map(({ name }) => name)
    expect(names.toSorted()).toEqual(Object.keys(zones).toSorted())
    expect(routeFunctions('route', routes, zones)).toHaveLength(routes.length)
  })

  it('give both kinds of function the memory and time of the zone', () => {
    for (const per of ['zone', 'route'] as const) {
      for (const { zone, routes: served } of routeFunctions(per, routes, zones)) {
        for (const route of served) expect(zone).toBe(zones[route.zone as keyof typeof zones])
      }
    }
  })
})

describe('rows that do not fit together stop with one sentence that names the row', () => {
  it.each([
    [
      'a row in no zone',
      checked([...without('GET /me'), { ...row('GET /me'), zone: 'nowhere' }]),
      'The row GET /me is in no zone: functions/zones.ts has no "nowhere".',
    ],
    [
      'a zone without memory',
      checked(routes, { ...zones, files: { seconds: 10 } }),
      'The zone "files" of the row GET /files/{id} has no memory.',
    ],
    [
      'a zone without time',
      checked(routes, { ...zones, files: { memoryMib: 1024 } }),
      'The zone "files" of the row GET /files/{id} has no time.',
    ],
    [
      'two rows of one method and path',
      checked([...routes, { ...row('GET /me'), entry: 'accounts/get-me-too' }]),
      'Two rows are GET /me: accounts/get-me and accounts/get-me-too.',
    ],
    [
      'two rows whose paths differ in the name of a variable',
      checked([...routes, { ...row('GET /files/{id}'), path: '/files/{fileId}', entry: 'files/get-file-too' }]),
      'Two rows are GET /files/{fileId}: files/get-file and files/get-file-too.',
    ],
    [
      'a route that hashes beside others',
      checked([...without('GET /me'), { ...row('GET /me'), knows: ['PASSWORD_MEMORY_MIB'] }]),
      'The zone "account" mixes routes that hash with others: the row GET /me.',
    ],
    [
      'a route that does not hash beside those that do',
      checked([...without('POST /users'), { ...row('POST /users'), knows: [] }]),
      'The zone "sign-up" mixes routes that hash with others: the row POST /users.',
    ],
    [
      'a trigger without time',
      triggersWith({ ...trigger('system/on-hour'), seconds: 0 }),
      'The row system/on-hour has no time.',
    ],
    [
      'a trigger that hashes unsaid',
      triggersWith({ ...trigger('system/on-hour'), knows: ['PASSWORD_MEMORY_MIB'] }),
      'The row system/on-hour hashes passwords and does not say so, or says so and does not.',
    ],
    [
      'two readers of one queue',
      () => checkTriggers([...triggers, { ...trigger('trash/on-file-work'), entry: 'trash/on-more-work' }]),
      'Two rows are for the queue fileWork: trash/on-file-work and trash/on-more-work.',
    ],
    [
      'two functions for the deployment',
      () => checkTriggers([...triggers, { ...trigger('keys/on-deployment'), entry: 'keys/on-deployment-too' }]),
      'Two rows are for deployment: keys/on-deployment and keys/on-deployment-too.',
    ],
    [
      'a signer beside others',
      checked([
        ...without('POST /sessions/refresh'),
        { ...row('POST /sessions/refresh'), zone: 'system', noun: 'system' },
      ]),
      'The zone "system" mixes a signer with others: the row POST /sessions/refresh must stand alone.',
    ],
    [
      'a public route beside others',
      checked([...without('POST /links/open'), { ...row('POST /links/open'), zone: 'sharing' }]),
      'The zone "sharing" mixes public routes with others: the row POST /links/open is public.',
    ],
    [
      'a row of another noun',
      checked([...without('GET /trash'), { ...row('GET /trash'), zone: 'uploads' }]),
      'The row GET /trash is of another noun than POST /files in its zone "uploads".',
    ],
    [
      'more routes than a zone should hold',
      checked([...routes, { ...row('GET /folders/{id}'), path: '/folders/{id}/more', entry: 'files/get-more' }]),
      'The zone "files" has more than 13 routes: the row GET /folders/{id}/more is one too many.',
    ],
  ])('%s', (_, check, sentence) => {
    expect(check).toThrow(new Error(sentence))
  })

  it('and so does the synthesis itself', () => {
    const rows = { routes: [...routes, { ...row('GET /me'), entry: 'accounts/get-me-too' }], zones }
    expect(() => synthesize({}, rows)).toThrow('Two rows are GET /me')
    expect(() => synthesize({ functionPer: 'noun' })).toThrow('functionPer must be one of zone, route')
  })
})

describe('the logical id of a route', () => {
  it('stays what it was, whatever the handler is called and however functions are cut', () => {
    for (const functionPer of ['zone', 'route']) {
      const found = ofType(synthesize({ functionPer }).api, 'AWS::ApiGatewayV2::Route')
      expect(Object.fromEntries(found.map(([id, { Properties }]) => [Properties.RouteKey, id]))).toEqual(firstIds)
    }
  })

  it('of a new route is made from its key alone', () => {
    const added = { ...row('GET /me'), path: '/me/{part}/parts', entry: 'accounts/get-parts' }
    const { api } = synthesize({}, { routes: [...routes, added], zones })
    const ids = ofType(api, 'AWS::ApiGatewayV2::Route').map(([id]) => id)
    expect(ids).toContain('RouteGetMePartParts')
  })
})
