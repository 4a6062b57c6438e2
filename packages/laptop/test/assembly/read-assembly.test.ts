import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readAssembly } from '../../assembly/read-assembly.ts'
import { writeAssembly } from './write-assembly.ts'

const empty = { template: { Resources: {} } }

test('a stack comes after the stacks it depends on, whatever the manifest order', () => {
  const folder = writeAssembly({ Api: { ...empty, dependsOn: ['State', 'Edge'] }, Edge: empty, State: empty })
  expect(readAssembly(folder).stacks.map(({ name }) => name)).toEqual(['State', 'Edge', 'Api'])
})

test('an object key leads to the folder that would be zipped', () => {
  const folder = writeAssembly({ Api: { ...empty, code: { abc: 'export {}' } } })
  expect(readAssembly(folder).assetFolder('abc.zip')).toBe(join(folder, 'asset.abc'))
  expect(() => readAssembly(folder).assetFolder('other.zip')).toThrow('no asset manifest names other.zip')
})

test('an assembly without one of its files says which', () => {
  const folder = writeAssembly({ Api: { ...empty, code: { abc: 'export {}' } } })
  rmSync(join(folder, 'asset.abc'), { recursive: true })
  expect(() => readAssembly(folder)).toThrow(`${join(folder, 'asset.abc')} is missing`)
  rmSync(join(folder, 'Api.assets.json'))
  expect(() => readAssembly(folder)).toThrow(`${join(folder, 'Api.assets.json')} cannot be read`)
  rmSync(join(folder, 'manifest.json'))
  expect(() => readAssembly(folder)).toThrow(`${join(folder, 'manifest.json')} cannot be read`)
})

test.each([
  ['Conditions', { Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } } }, 'the section Conditions'],
  ['a parameter', { Parameters: { Stage: { Type: 'String' } } }, 'Stage among its Parameters'],
  ['a rule', { Rules: { CheckBootstrapVersion: {}, Other: {} } }, 'Other among its Rules'],
])('%s in a template is an error that names it', (_what, section, message) => {
  const folder = writeAssembly({ Api: { template: { Resources: {}, ...section } } })
  expect(() => readAssembly(folder)).toThrow(`Api.template.json: the laptop cloud does not understand ${message}`)
})

test('the bootstrap check of a real account is passed over', () => {
  const template = { Resources: {}, Parameters: { BootstrapVersion: {} }, Rules: { CheckBootstrapVersion: {} } }
  expect(readAssembly(writeAssembly({ Api: { template } })).stacks).toHaveLength(1)
})

test('an artifact or a container image that nobody would run is an error that names it', () => {
  const folder = writeAssembly({ Api: empty })
  writeFileSync(join(folder, 'Api.assets.json'), JSON.stringify({ files: {}, dockerImages: { worker: {} } }))
  expect(() => readAssembly(folder)).toThrow('does not run the container image worker')
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'))
  manifest.artifacts = { 'assembly-Prod': { type: 'cdk:cloud-assembly' } }
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest))
  expect(() => readAssembly(folder)).toThrow('does not understand artifact assembly-Prod of type cdk:cloud-assembly')
})
