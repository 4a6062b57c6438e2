import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { routes } from '../../../functions/rows.ts'

const root = join(import.meta.dirname, '../../../functions')

/** How large the rooms of functions/ are, and how many files stand behind a route, types included. */
export async function countHouse() {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
  const rooms = Map.groupBy(files, (file) => (file.includes('/') ? (file.split('/')[0] ?? '') : '(top)'))
  const nouns = [...rooms].map(([name, of]) => ({ name, files: of.length, lines: sum(of.map(linesOf)) }))
  const counts = routes.map(({ entry }) => filesBehind(`${entry}.ts`).size).toSorted((a, b) => a - b)
  const median = counts[Math.floor(counts.length / 2)] ?? 0
  return { nouns, behind: { median, least: counts[0] ?? 0, most: counts.at(-1) ?? 0 } }
}

const sum = (numbers: number[]) => numbers.reduce((all, each) => all + each, 0)
const textOf = (file: string) => readFileSync(join(root, file), 'utf8')
const linesOf = (file: string) => textOf(file).split('\n').length - 1

function filesBehind(entry: string): Set<string> {
  const found = new Set([entry])
  for (const file of found) {
    for (const [, from = ''] of textOf(file).matchAll(/(?:from |import\()'(\.[^']+)'/g)) {
      found.add(relative(root, join(root, dirname(file), from)))
    }
  }
  return found
}
