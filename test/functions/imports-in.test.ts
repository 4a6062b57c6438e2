import { expect, it } from 'vitest'
import { importsIn } from '../helpers/imports-in.ts'

it.each([
  ["import { a } from './a.ts'", ['./a.ts']],
  ["import {\n  a,\n  type B,\n} from './a.ts'", ['./a.ts']],
  ["import type { A } from './a.ts'", ['./a.ts']],
  ["import * as a from './a.ts'", ['./a.ts']],
  ["import './effect.ts'\nimport { b } from './b.ts'", ['./effect.ts', './b.ts']],
  ["export { a } from './a.ts'", ['./a.ts']],
  ["const a = await import('./a.ts')", ['./a.ts']],
  ["const a = await import(\n  './a.ts'\n)", ['./a.ts']],
  ['import { a } from "./a.ts"', ['./a.ts']],
  ["export const a = 1\nconst b = () => import('./b.ts')\nexport type C = string", ['./b.ts']],
  ["export const a = 'from './*no*/", []],
])('%j', (text, expected) => {
  expect(importsIn(text)).toEqual(expected)
})
