import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { type BuildOptions, buildAssembly } from '../build.ts'
import sample from './sample-project/laptop.config.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** Stands in for the CDK app: writes an assembly and notes each run with the context it got. */
const APP = `
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
const out = process.env.CDK_OUTDIR
if (process.env.CDK_VALIDATION !== 'false') throw new Error('the rules of CloudFormation are asked')
appendFileSync('runs', process.env.CDK_CONTEXT_JSON + '\\n')
mkdirSync(out + '/asset.a', { recursive: true })
const write = (name: string, content: object) => writeFileSync(out + '/' + name, JSON.stringify(content))
const files = { a: { source: { path: 'asset.a', packaging: 'zip' }, destinations: {} } }
write('S.assets.json', { files })
write('S.template.json', { Resources: {} })
write('manifest.json', { artifacts: {
  A: { type: 'cdk:asset-manifest', properties: { file: 'S.assets.json' } },
  S: { type: 'aws:cloudformation:stack', properties: { templateFile: 'S.template.json' } },
} })
`

let project: string
let written: string
beforeEach(() => {
  project = temporaryFolder()
  written = ''
  for (const folder of ['bin', 'lib', 'functions/routes']) mkdirSync(join(project, folder), { recursive: true })
  writeFileSync(join(project, 'bin/app.ts'), APP)
  writeFileSync(join(project, 'package.json'), '{"type":"module"}')
  writeFileSync(join(project, 'package-lock.json'), '{}')
  writeFileSync(join(project, 'functions/routes/a.ts'), 'export {}')
  writeFileSync(join(project, 'cdk.json'), '{"context":{"flag":true,"productName":"Sample"}}')
})

async function build(options: Partial<BuildOptions> = {}) {
  const write = (text: string) => {
    written += text
  }
  const { folder, app } = sample
  const context = { issuerUrl: 'http://127.0.0.1:3001/{bucket}', ...options.context }
  return await buildAssembly({ ...app, write, project, folder, ...options, context })
}
const runs = () => readFileSync(join(project, 'runs'), 'utf8').trim().split('\n')

test('the app is synthesized with its own context, the issuer, what sam needs and what the caller adds', async () => {
  expect(await build({ context: { productName: 'Other', x: 'y' } })).toBe(join(project, 'cdk.out'))
  expect(JSON.parse(runs()[0]!)).toEqual({
    flag: true,
    productName: 'Other',
    issuerUrl: 'http://127.0.0.1:3001/{bucket}',
    'aws:cdk:enable-asset-metadata': true,
    'aws:cdk:enable-path-metadata': true,
    x: 'y',
  })
})

test('with everything unchanged nothing is synthesized', async () => {
  await build()
  await build()
  expect(runs()).toHaveLength(1)
})

test.each<[string, () => void, Partial<BuildOptions>?]>([
  ['a file changed', () => appendFileSync(join(project, 'functions/routes/a.ts'), ' ')],
  ['a file came', () => writeFileSync(join(project, 'lib/new.ts'), '')],
  ['a file went', () => rmSync(join(project, 'functions/routes/a.ts'))],
  ['the lock file changed', () => writeFileSync(join(project, 'package-lock.json'), '{"a":1}')],
  ['cdk.json changed', () => writeFileSync(join(project, 'cdk.json'), '{}')],
  ['the issuer changed', () => {}, { context: { issuerUrl: 'http://127.0.0.1:4001/{bucket}' } }],
  ['the context changed', () => {}, { context: { a: 'b' } }],
  ['the assembly is gone', () => rmSync(join(project, 'cdk.out'), { recursive: true })],
  ['the assembly lacks code', () => rmSync(join(project, 'cdk.out/asset.a'), { recursive: true })],
  ['another synthesis wrote there', () => appendFileSync(join(project, 'cdk.out/S.template.json'), ' ')],
  ['the note about the last one is damaged', () => writeFileSync(join(project, '.sample/build.json'), '{')],
])('it is synthesized again when %s', async (_what, change, options = {}) => {
  await build()
  change()
  await build(options)
  expect(runs()).toHaveLength(2)
  await build(options)
  expect(runs()).toHaveLength(2)
})

test('each folder has its own note', async () => {
  const outdir = join(project, 'other.out')
  for (const options of [{}, { outdir }, {}, { outdir }]) await build(options)
  expect(runs()).toHaveLength(2)
})

test('a failing synthesis shows its output, ends in one sentence and is not taken for done', async () => {
  writeFileSync(join(project, 'bin/app.ts'), 'throw new Error("AwsSolutions-IAM5 is not acknowledged")')
  const message = 'The CDK app could not be synthesized: its output stands above (node bin/app.ts).'
  await expect(build()).rejects.toThrow(message)
  expect(written).toContain('AwsSolutions-IAM5 is not acknowledged')
  await expect(build()).rejects.toThrow(message)
})

test('an app that writes no assembly is reported', async () => {
  writeFileSync(join(project, 'bin/app.ts'), '')
  await expect(build()).rejects.toThrow(`The CDK app wrote no complete assembly to ${join(project, 'cdk.out')}.`)
})

test('an input that does not exist is reported', async () => {
  const sentence = `laptop.config.ts names the input src, but there is no ${join(project, 'src')}.`
  await expect(build({ inputs: ['bin', 'src'] })).rejects.toThrow(sentence)
})
