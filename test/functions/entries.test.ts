import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Thing } from '../../functions/http/row.ts'
import { routes, triggers, workOf } from '../../functions/rows.ts'

const NAMES_OF_THINGS: Record<Thing, string> = {
  users: 'USERS_TABLE',
  sessions: 'SESSIONS_TABLE',
  codes: 'CODES_TABLE',
  mailQueue: 'MAIL_QUEUE_URL',
  keyRing: 'KEY_RING_SECRET',
  issuerDocuments: 'ISSUER_BUCKET',
  mail: 'MAIL_FROM',
  files: 'FILES_TABLE',
  fileObjects: 'FILES_BUCKET',
  fileBucket: 'FILES_BUCKET',
  fileWork: 'FILE_WORK_URL',
}
const NUMBERS = [
  'SESSION_IDLE_DAYS',
  'SESSION_ABSOLUTE_DAYS',
  'PASSWORD_MEMORY_MIB',
  'MAIL_GAP_SECONDS',
  'QUOTA_MIB',
  'OPEN_UPLOADS',
]
const CHOICES: Record<string, string> = { SCANNER: 'none', UNSCANNABLE: 'blocked' }
/** Empty in AWS. */
const MAY_BE_MISSING = 'FILES_ENDPOINT'
const works = [...routes, ...triggers].map((row) => ({ entry: row.entry, ...workOf([row]) }))
type Work = (typeof works)[number]

/** The variables that the deployment gives to a function. */
function variablesOf({ touches, knows }: Work): string[] {
  const names = [...Object.keys(touches).map((thing) => NAMES_OF_THINGS[thing as Thing]), ...knows]
  return [...new Set(names)].filter((name) => name !== MAY_BE_MISSING)
}
const allNames = [...new Set(works.flatMap(variablesOf))]

const before = { ...process.env }
beforeEach(() => {
  vi.resetModules()
  for (const name of allNames) delete process.env[name]
  // Nobody listens there: what is read in INIT fails, and that must not keep a function from starting.
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  })
})
afterAll(() => {
  process.env = before
})

/** What a new environment of the function does with these variables. */
async function start({ entry }: Work, variables: Record<string, string>): Promise<string> {
  Object.assign(process.env, variables)
  const path = join(import.meta.dirname, '../../functions', `${entry}.ts`)
  try {
    const { handler } = await import(/* @vite-ignore */ path)
    handler.ready()
    return typeof handler
  } catch (error) {
    return String(error)
  }
}

const settingOf = (name: string) => CHOICES[name] ?? (NUMBERS.includes(name) ? '30' : `https://example.com/${name}`)
const given = (names: string[]) => Object.fromEntries(names.map((name) => [name, settingOf(name)]))

describe('a function', () => {
  it.each(works)('$entry starts with what its row gives it', async (work) => {
    expect(await start(work, given(variablesOf(work)))).toBe('function')
  })

  it.each(works.filter((work) => variablesOf(work).length > 0))('$entry names the variable it misses', async (work) => {
    const names = variablesOf(work)
    for (const missing of names) {
      const others = given(names.filter((name) => name !== missing))
      const complaint = `Error: The variable ${missing} is not set`
      vi.resetModules()
      delete process.env[missing]
      expect(await start(work, others), 'missing').toBe(complaint)
      vi.resetModules()
      expect(await start(work, { ...others, [missing]: '' }), 'empty').toBe(complaint)
    }
  })
})

describe('a number', () => {
  it.each(NUMBERS)('%s must be a whole one above zero', async (name) => {
    const work = works.find(({ knows }) => knows.some((known) => known === name))!
    for (const wrong of ['0', '-1', '1.5', 'thirty', '30 days', 'NaN', 'Infinity', ' ', '9007199254740993']) {
      vi.resetModules()
      const started = start(work, { ...given(variablesOf(work)), [name]: wrong })
      expect(await started, wrong).toMatch(new RegExp(`^Error: The variable ${name} must be a whole number`))
    }
  })
})
