import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const readme = readFileSync('README.md', 'utf8')

it('the README stays below 150 lines', () => {
  expect(readme.split('\n').length).toBeLessThan(150)
})

it.each(['README.md', 'CONTRIBUTING.md', 'SECURITY.md'])('%s names no file that is not there', (page) => {
  const text = readFileSync(page, 'utf8')
  const named = [...text.matchAll(/`((?:functions|lib|bin|test|packages|docs)\/[\w./-]*)`|\]\(([\w./-]+)\)/g)]
  const paths = named.map(([, code, link]) => code ?? link ?? '')
  expect(paths.filter((path) => !existsSync(path))).toEqual([])
})
