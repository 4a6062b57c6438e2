import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { routes } from '../../lib/routes.ts'

const readme = readFileSync('README.md', 'utf8')

it('the README lists the routes of the table, and who may call them', () => {
  const rows = [...readme.matchAll(/^\| `([A-Z]+ \/\S*)` \|.*\| (anyone|a session) \|$/gm)]
  expect(rows.map(([, route, who]) => [route, who]).sort()).toEqual(
    routes.map(({ method, path, auth }) => [`${method} ${path}`, auth === 'public' ? 'anyone' : 'a session']).sort(),
  )
})

it('the README stays below 150 lines', () => {
  expect(readme.split('\n').length).toBeLessThan(150)
})
