import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, it } from 'vitest'
import { routes, triggers } from '../../functions/rows.ts'
import { importsIn } from '../helpers/imports-in.ts'

/** A file imports its own room and lower floors; on the lowest and the highest floor its neighbours too. */
const FLOORS = [
  ['config', 'errors', 'once', 'prepared', 'crypto'],
  ['http', 'data'],
  ['clients'],
  ['keys', 'mail', 'contents'],
  ['sessions'],
  ['files'],
  ['accounts', 'sharing', 'uploads'],
  ['trash'],
  ['system', 'rows', 'zones', 'hosts'],
]

/** What a file in the room of a noun is, by its name. Whatever has no such name is a rule. */
const KINDS: [kind: string, name: RegExp][] = [
  ['rows', /^rows$/],
  ['contract', /^contract$/],
  ['views', /^views$/],
  ['wiring', /wiring$|endpoint$/],
  ['store', /-store$|^presigner$|^mailer$/],
  // A piece of work of several calls that several handlers share: moving, purging-account.
  ['work', /^[a-z]+ing(-[a-z]+)*$/],
]

/** Which kinds a kind may not import. Nothing imports a handler. */
const CLOSED: { [kind: string]: readonly string[] } = {
  rule: ['contract', 'views', 'wiring', 'store', 'work', 'data', 'http', 'config', 'crypto'],
  contract: ['views', 'wiring', 'store', 'work', 'data', 'config'],
  views: ['wiring', 'work', 'data', 'config'],
  store: ['contract', 'views', 'wiring', 'work', 'http', 'config', 'crypto'],
  work: ['contract', 'wiring', 'http', 'config'],
  rows: ['views', 'wiring', 'store', 'work', 'data', 'config'],
  wiring: [],
  handler: [],
  data: ['config', 'crypto'],
  http: ['config'],
}

/** Packages that one place alone speaks to, and where that is. */
const PACKAGES: [name: RegExp, isPlace: (file: string) => boolean][] = [
  [/^@(aws-sdk|smithy)\//, (file) => ['data', 'store', 'work'].includes(kindOf(file))],
  [/^@middy\//, (file) => roomOf(file) === 'http'],
  [/^jose$/, (file) => ['keys/signing-key.ts', 'sessions/access-token.ts'].includes(file)],
  [/^@zxcvbn-ts\//, (file) => roomOf(file) === 'crypto'],
  // The packages stand beside functions/, not below it.
  [/^@lethe\//, () => false],
]

const root = join(import.meta.dirname, '../../functions')
const handlers = new Set([...routes, ...triggers].map(({ entry }) => entry))
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))

const roomOf = (file: string) => file.split('/')[0]?.replace('.ts', '') ?? ''
const floorOf = (file: string) => FLOORS.findIndex((rooms) => rooms.includes(roomOf(file)))
const isNoun = (file: string) => file.includes('/') && floorOf(file) >= 2 && roomOf(file) !== 'hosts'

function kindOf(file: string): string {
  if (!isNoun(file)) return roomOf(file)
  if (handlers.has(file.replace('.ts', ''))) return 'handler'
  const name = file.split('/')[1]?.replace('.ts', '') ?? ''
  return KINDS.find(([, pattern]) => pattern.test(name))?.[0] ?? 'rule'
}

function objectionTo(file: string, imported: string): string | undefined {
  if (imported.startsWith('.')) return objectionToFile(file, imported)
  const isPlace = PACKAGES.find(([name]) => name.test(imported))?.[1]
  return isPlace && !isPlace(file) ? `${imported} is for others` : undefined
}

function objectionToFile(file: string, imported: string): string | undefined {
  const target = relative(root, join(root, dirname(file), imported))
  if (target.startsWith('..')) return 'functions/ stands by itself'
  const [from, to] = [floorOf(file), floorOf(target)]
  if (from < 0 || to < 0) return 'this room is on no floor'
  const neighbours = from === to && (from === 0 || from === FLOORS.length - 1)
  if (from <= to && roomOf(file) !== roomOf(target) && !neighbours) return `${target} is not on a lower floor`
  if (handlers.has(target.replace('.ts', ''))) return 'nothing imports a handler'
  const [kind, other] = [kindOf(file), kindOf(target)]
  return CLOSED[kind]?.includes(other) ? `a ${kind} imports no ${other}` : undefined
}

const importsOf = (file: string) => importsIn(readFileSync(join(root, file), 'utf8'))

it.each(files)('%s imports what is below it, and what its kind may', (file) => {
  const sentences = importsOf(file).flatMap((imported) => {
    const objection = objectionTo(file, imported)
    return objection ? [`functions/${file} imports ${imported}: ${objection}.`] : []
  })
  expect(sentences).toEqual([])
})

it.each([
  ['crypto/secrets.ts', '../http/problem.ts', 'http/problem.ts is not on a lower floor'],
  ['http/problem.ts', '../data/table.ts', 'data/table.ts is not on a lower floor'],
  ['mail/texts.ts', '../keys/signing-key.ts', 'keys/signing-key.ts is not on a lower floor'],
  ['files/item.ts', '../sharing/share.ts', 'sharing/share.ts is not on a lower floor'],
  ['accounts/user.ts', '../sharing/share.ts', 'sharing/share.ts is not on a lower floor'],
  ['trash/trash.ts', '../system/contract.ts', 'system/contract.ts is not on a lower floor'],
  ['sessions/session.ts', './session-store.ts', 'a rule imports no store'],
  ['sessions/session.ts', '../keys/public-key-store.ts', 'a rule imports no store'],
  ['sessions/session.ts', '../http/contract.ts', 'a rule imports no http'],
  ['sessions/session.ts', '../config.ts', 'a rule imports no config'],
  ['sessions/session.ts', '../crypto/secrets.ts', 'a rule imports no crypto'],
  ['sessions/session-store.ts', '../crypto/secrets.ts', 'a store imports no crypto'],
  ['data/client.ts', '../config.ts', 'a data imports no config'],
  ['http/request.ts', '../config.ts', 'a http imports no config'],
  ['contents/wiring.ts', '@aws-sdk/client-s3', '@aws-sdk/client-s3 is for others'],
  ['sessions/session-store.ts', '../http/contract.ts', 'a store imports no http'],
  ['sessions/session-store.ts', './wiring.ts', 'a store imports no wiring'],
  ['files/moving.ts', './wiring.ts', 'a work imports no wiring'],
  ['accounts/contract.ts', './user-store.ts', 'a contract imports no store'],
  ['accounts/rows.ts', './user-store.ts', 'a rows imports no store'],
  ['files/get-file.ts', './get-folder.ts', 'nothing imports a handler'],
  ['trash/trash-file.ts', '../files/get-folder.ts', 'nothing imports a handler'],
  ['files/wiring.ts', '../../lib/settings.ts', 'functions/ stands by itself'],
  ['pages/page.ts', '../errors.ts', 'this room is on no floor'],
  ['http/problem.ts', '@aws-sdk/client-dynamodb', '@aws-sdk/client-dynamodb is for others'],
  ['files/get-file.ts', '@aws-sdk/client-sqs', '@aws-sdk/client-sqs is for others'],
  ['accounts/user.ts', 'jose', 'jose is for others'],
  ['http/request.ts', '@lethe/http-api/event.ts', '@lethe/http-api/event.ts is for others'],
])('%s may not import %s: %s', (file, imported, objection) => {
  expect(objectionTo(file, imported)).toBe(objection)
})
