import { join } from 'node:path'
import { expect, it } from 'vitest'
import { routeKey, routes } from '../../functions/rows.ts'
import { promisesOf, routesPage } from './routes-page.ts'

it('docs/routes.md is what the rows say: npm run docs', async () => {
  await expect(routesPage(routes)).toMatchFileSnapshot(join(import.meta.dirname, '../../docs/routes.md'))
})

it('names every route once, with who may call it', () => {
  expect(promisesOf(routesPage(routes)).map(({ route, who }) => [route, who])).toEqual(
    routes.map((route) => [routeKey(route), route.auth === 'public' ? 'anyone' : 'a session']),
  )
})
