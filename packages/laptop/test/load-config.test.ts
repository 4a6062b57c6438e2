import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadConfig } from '../load-config.ts'
import sample from './sample-project/laptop.config.ts'
import { temporaryFolder } from './temporary-folder.ts'

test('the config is the default export of laptop.config.ts', async () => {
  expect(await loadConfig(join(import.meta.dirname, 'sample-project'))).toEqual(sample)
})

test('a folder without one is refused in a sentence that names it', async () => {
  const folder = temporaryFolder()
  await expect(loadConfig(folder)).rejects.toThrow(`There is no laptop.config.ts in ${folder}: `)
})

/** A whole config, with these lines instead of its own. */
function configOf(replaced: Record<string, string>): string {
  const lines = {
    ...{ name: "'a'", folder: "'b'", stateMark: "'c.json'", welcome: "() => ''" },
    app: "{ entry: 'd', inputs: [], context: () => ({}) }",
    dynamodb: "{ endpointVariable: 'E', accessKeyId: 'f' }",
    sam: "{ route: 'GET /', clientEndpointVariables: [] }",
    ...replaced,
  }
  return `export default { ${Object.entries(lines).map(([key, value]) => `${key}: ${value}`)} }`
}

async function load(text: string) {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'laptop.config.ts'), text)
  const file = join(folder, 'laptop.config.ts')
  return { file, loading: loadConfig(folder) }
}

test('what may be left out may be left out', async () => {
  const { loading } = await load(configOf({}))
  expect((await loading).sam).toEqual({ route: 'GET /', clientEndpointVariables: [] })
})

test.each([
  [{ name: 'undefined' }, 'name is missing'],
  [{ name: '7' }, 'name must be string'],
  [{ folder: "''" }, 'folder is empty'],
  [{ stateMark: "'../x'" }, 'stateMark is not the name of a .json file'],
  [{ app: "{ entry: 'd', context: () => ({}) }" }, 'app.inputs is missing'],
  [{ app: "{ entry: 'd', inputs: 'bin', context: () => ({}) }" }, 'app.inputs must be Array'],
  [{ app: "{ entry: 'd', inputs: [], context: {} }" }, 'app.context is not a function'],
  [{ dynamodb: '{}' }, 'dynamodb.endpointVariable is missing'],
  [{ welcome: 'undefined' }, 'welcome is missing'],
  [{ sam: "{ route: 'GET /a/{id}', clientEndpointVariables: [] }" }, 'sam.route is not a method and a path without'],
  [{ port: '3000' }, 'port is not a field of it'],
])('a config with %j is refused: %s', async (replaced, complaint) => {
  const { file, loading } = await load(configOf(replaced))
  await expect(loading).rejects.toThrow(`${file} cannot be used: ${complaint}`)
})

test('a file without a default export, or one that does not load, is refused', async () => {
  const named = await load('export const config = {}')
  await expect(named.loading).rejects.toThrow(`${named.file} cannot be used: its default export is missing.`)
  const broken = await load("throw new Error('no luck')")
  await expect(broken.loading).rejects.toThrow(`${broken.file} cannot be loaded: no luck`)
})
