import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openPositions } from '../../lambda/stream-positions.ts'
import { folderWith } from './a-function.ts'

test('a position is on the disk when set resolves, and nothing else is', async () => {
  const folder = join(await folderWith({}), 'new', 'folder')
  const file = join(folder, 'positions.json')
  const first = (await openPositions(file, ['one', 'two'])).of('one')
  await Promise.all([first.set('s1', { after: '7' }), first.set('s2', 'closed')])
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ one: { s1: { after: '7' }, s2: 'closed' }, two: {} })
  expect(await readdir(folder)).toEqual(['positions.json'])
})

test('positions outlive a restart; those of a mapping that is gone do not', async () => {
  const file = join(await folderWith({}), 'positions.json')
  await (await openPositions(file, ['one'])).of('one').set('s1', { after: '7' })
  expect((await openPositions(file, ['one'])).of('one').get('s1')).toEqual({ after: '7' })
  await (await openPositions(file, ['two'])).of('two').set('s1', { after: '1' })
  expect((await openPositions(file, ['one'])).of('one').get('s1')).toBeUndefined()
})

test('shards that are gone are forgotten', async () => {
  const file = join(await folderWith({}), 'positions.json')
  const one = (await openPositions(file, ['one'])).of('one')
  await one.set('s1', 'closed')
  await one.set('s2', { after: '1' })
  await one.keep(new Set(['s2']))
  const again = (await openPositions(file, ['one'])).of('one')
  expect([again.get('s1'), again.get('s2')]).toEqual([undefined, { after: '1' }])
})

test.each(['', '{"one":', '{"one":{"s1":7}}'])('a file that holds %j is an error that names it', async (text) => {
  const file = join(await folderWith({}), 'positions.json')
  await writeFile(file, text)
  await expect(openPositions(file, ['one'])).rejects.toThrow(`${file} does not hold stream positions`)
})
