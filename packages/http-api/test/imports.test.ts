import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { strayImports } from './stray-imports.ts'

test('the package imports nothing but itself, Node and what it declares', () => {
  expect(strayImports(join(import.meta.dirname, '..'))).toEqual([])
})

test('an import of anything else is found, however it is written', () => {
  const folder = mkdtempSync(join(tmpdir(), 'imports-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const write = (file: string, ...lines: string[]) => writeFileSync(join(folder, file), lines.join('\n'))
  mkdirSync(join(folder, 'test'))
  write('package.json', '{"dependencies":{"@a/b":"1"},"devDependencies":{"c":"1"}}')
  write('fine.ts', "import { x } from 'node:fs'", "import '@a/b/x.ts'", "export { y } from './test/y.ts'")
  write('test/y.ts', "import { x } from 'c'", "import type { Y } from '../fine.ts'")
  write('z.ts', "import { x } from 'c'", 'import {', '  y,', "} from '../z.ts'", "const z = await import('vitest')")
  expect(strayImports(folder)).toEqual(['z.ts imports c', 'z.ts imports ../z.ts', 'z.ts imports vitest'])
})
