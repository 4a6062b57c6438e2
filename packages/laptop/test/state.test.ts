import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { openState, readSeed, readStateFile } from '../state.ts'
import { temporaryFolder } from './temporary-folder.ts'

const SAMPLE = { name: 'Sample', mark: 'sample-state.json' }

let folder: string
beforeEach(() => {
  folder = join(temporaryFolder(), 'state')
})

function openAndClose(fresh = false) {
  const state = openState({ folder, fresh, ...SAMPLE })
  state.close()
  return state
}

test('a new folder gets a seed that only its owner can read and keeps it', () => {
  const { seed } = openAndClose()
  expect(seed).toMatch(/^[0-9a-f]{64}$/)
  expect(statSync(join(folder, 'seed')).mode & 0o777).toBe(0o600)
  expect(openAndClose().seed).toBe(seed)
  expect(readSeed(folder)).toBe(seed)
})

test('--fresh forgets everything, the seed too', () => {
  const { seed } = openAndClose()
  mkdirSync(join(folder, 's3'))
  writeFileSync(join(folder, 's3', 'object'), 'x')
  expect(openAndClose(true).seed).not.toBe(seed)
  expect(readdirSync(folder).sort()).toEqual(['sample-state.json', 'seed'])
})

test.each([true, false])('a folder that the app did not make is left alone (--fresh: %s)', (fresh) => {
  mkdirSync(folder)
  writeFileSync(join(folder, 'thesis.txt'), 'x')
  expect(() => openState({ folder, fresh, ...SAMPLE })).toThrow(`${folder} is not empty and was not made by Sample`)
  expect(readdirSync(folder)).toEqual(['thesis.txt'])
})

test('a folder in use is refused, also with --fresh, until it is given up', () => {
  const state = openState({ folder, fresh: false, ...SAMPLE })
  const inUse = `${folder} is used by the laptop cloud with process id ${process.pid}`
  expect(() => openState({ folder, fresh: false, ...SAMPLE })).toThrow(inUse)
  expect(() => openState({ folder, fresh: true, ...SAMPLE })).toThrow(inUse)
  expect(readSeed(folder)).toBe(state.seed)
  state.close()
  expect(openAndClose().seed).toBe(state.seed)
})

test('a lock of a running process holds, a lock of a dead one does not', async () => {
  openAndClose()
  const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'])
  writeFileSync(join(folder, 'lock'), String(other.pid))
  expect(() => openState({ folder, fresh: false, ...SAMPLE })).toThrow(`process id ${other.pid}`)
  other.kill()
  await once(other, 'exit')
  openAndClose()
})

test('a lock with our own id that we do not hold was left by an earlier life', () => {
  openAndClose()
  writeFileSync(join(folder, 'lock'), String(process.pid))
  openAndClose()
})

test.each<[string, (folder: string) => void]>([
  ['sample-state.json is not JSON', (folder) => writeFileSync(join(folder, 'sample-state.json'), '{"form')],
  [
    'its format is 99, this version reads 1',
    (folder) => writeFileSync(join(folder, 'sample-state.json'), '{"format":99}'),
  ],
  ['its format is undefined', (folder) => writeFileSync(join(folder, 'sample-state.json'), 'null')],
  ['seed is missing', (folder) => rmSync(join(folder, 'seed'))],
  ['seed is damaged', (folder) => writeFileSync(join(folder, 'seed'), 'abc')],
])('%s: one sentence that names folder and remedy, nothing deleted, no lock left', (what, damage) => {
  openAndClose()
  writeFileSync(join(folder, 'data'), 'x')
  damage(folder)
  const before = readdirSync(folder)
  expect(() => openState({ folder, fresh: false, ...SAMPLE })).toThrow(
    expect.objectContaining({
      message: expect.stringMatching(
        new RegExp(`^The state in ${folder} cannot be used \\(${what}.*npm start -- --fresh\\)\\.$`),
      ),
    }),
  )
  expect(readdirSync(folder)).toEqual(before)
  expect(readFileSync(join(folder, 'data'), 'utf8')).toBe('x')
  openAndClose(true)
})

test('a document of the folder is read, absent or reported as damaged', () => {
  openAndClose()
  expect(readStateFile(folder, 'made.json')).toBeUndefined()
  writeFileSync(join(folder, 'made.json'), '{"a":1}')
  expect(readStateFile(folder, 'made.json')).toEqual({ a: 1 })
  writeFileSync(join(folder, 'made.json'), '{"a":')
  expect(() => readStateFile(folder, 'made.json')).toThrow('(made.json is not JSON)')
})

test('a path that cannot be a folder is refused in one sentence', () => {
  writeFileSync(folder, 'a file')
  expect(() => openState({ folder, fresh: false, ...SAMPLE })).toThrow(`${folder} cannot be used as a state folder`)
  expect(() => openState({ folder: join(folder, 'below'), fresh: false, ...SAMPLE })).toThrow('cannot be')
})
