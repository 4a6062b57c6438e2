import { join } from 'node:path'
import { strayImports } from '@lethe/http-api/test/stray-imports.ts'
import { expect, test } from 'vitest'

test('the package imports nothing but itself, Node and what it declares', () => {
  expect(strayImports(join(import.meta.dirname, '..'))).toEqual([])
})
