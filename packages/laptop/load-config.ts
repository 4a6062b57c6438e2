import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as v from 'valibot'
import type { LaptopConfig } from './config.ts'
import { StartFailure } from './start-failure.ts'

const FILE = 'laptop.config.ts'

const text = v.pipe(v.string(), v.nonEmpty('is empty'))
const texts = v.array(v.string())

function callable<Type>() {
  return v.custom<Type>((value) => typeof value === 'function', 'is not a function')
}

const configSchema: v.GenericSchema<unknown, LaptopConfig> = v.strictObject({
  name: text,
  folder: text,
  stateMark: v.pipe(v.string(), v.regex(/^[\w-]+\.json$/, 'is not the name of a .json file')),
  app: v.strictObject({ entry: text, inputs: texts, context: callable<LaptopConfig['app']['context']>() }),
  dynamodb: v.strictObject({ endpointVariable: text, accessKeyId: text }),
  welcome: callable<LaptopConfig['welcome']>(),
  sam: v.strictObject({
    route: v.pipe(v.string(), v.regex(/^[A-Z]+ \/[^{}]*$/, 'is not a method and a path without variables')),
    clientEndpointVariables: texts,
    architectureContext: v.exactOptional(v.string()),
  }),
})

/** The config of the app in this folder. Throws one sentence for what is missing in it or not understood. */
export async function loadConfig(project: string): Promise<LaptopConfig> {
  const file = join(project, FILE)
  if (!existsSync(file)) {
    throw new StartFailure(
      `There is no ${FILE} in ${project}: start the laptop cloud in the folder of a CDK app that has one.`,
    )
  }
  const result = v.safeParse(configSchema, await importDefault(file))
  if (result.success) return result.output
  throw new StartFailure(`${file} cannot be used: ${complaint(result.issues[0])}.`)
}

async function importDefault(file: string): Promise<unknown> {
  try {
    return (await import(pathToFileURL(file).href)).default
  } catch (cause) {
    throw new StartFailure(`${file} cannot be loaded: ${cause instanceof Error ? cause.message : cause}`, { cause })
  }
}

function complaint(issue: v.BaseIssue<unknown>): string {
  const field = v.getDotPath(issue) ?? 'its default export'
  if (issue.expected === 'never') return `${field} is not a field of it`
  if (issue.received === 'undefined') return `${field} is missing`
  return `${field} ${issue.kind === 'schema' && issue.type !== 'custom' ? `must be ${issue.expected}` : issue.message}`
}
