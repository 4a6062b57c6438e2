import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sourceFiles, strayImports } from '@lethe/http-api/test/stray-imports.ts'
import { expect, test } from 'vitest'

const PACKAGE = join(import.meta.dirname, '..')

test('the package imports nothing but itself, Node and what it declares', () => {
  expect(strayImports(PACKAGE)).toEqual([])
})

test('no file knows the app whose repository this is: what it must know comes from laptop.config.ts', () => {
  const { name } = JSON.parse(readFileSync(join(PACKAGE, '../../package.json'), 'utf8'))
  const knowing = sourceFiles(PACKAGE).filter((file) => {
    const text = readFileSync(join(PACKAGE, file), 'utf8').replaceAll(`@${name}/`, '')
    return text.toLowerCase().includes(name)
  })
  expect(knowing).toEqual([])
})
