import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type Functions, type FunctionsOptions, startFunctions } from '../../lambda/functions.ts'
import type { FunctionLogLine } from '../../lambda/model.ts'
import type { JsonObject, Resource } from '../../model.ts'

export const NAME = 'SampleApi-Probe'
export const ARN = `arn:aws:lambda:us-east-1:000000000000:function:${NAME}`

export function functionResource(properties: JsonObject = {}): Resource {
  return {
    stack: 'SampleApi',
    logicalId: 'Probe',
    type: 'AWS::Lambda::Function',
    ref: NAME,
    attributes: { Arn: ARN },
    properties: {
      Code: { S3Bucket: 'assets', S3Key: 'abc.zip' },
      Handler: 'index.handler',
      Role: 'arn:aws:iam::000000000000:role/SampleApi-ProbeRole',
      Runtime: 'nodejs24.x',
      ...properties,
    },
  }
}

/** A temporary folder with these files; it is removed after the test. */
export async function folderWith(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'laptop-lambda-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  return folder
}

export type Probe = Functions & {
  lines: FunctionLogLine[]
  folder: string
  /** What the function answers to an event. */
  ask: (event?: unknown) => Promise<ReturnType<typeof asked>>
}

/** Starts one function with this module as its index.mjs; closed after the test. */
export async function startProbe(
  module: string,
  properties: JsonObject = {},
  options: Partial<FunctionsOptions> = {},
): Promise<Probe> {
  const folder = await folderWith({ 'index.mjs': module })
  const lines: FunctionLogLine[] = []
  const functions = await startFunctions({
    resources: [functionResource(properties)],
    codeFolder: () => folder,
    doorUrl: 'http://127.0.0.1:3002',
    credentials: (name) => ({ accessKeyId: `key of ${name}`, secretAccessKey: 'secret', sessionToken: 'token' }),
    log: (line) => lines.push(line),
    onLogs: () => undefined,
    ...options,
  })
  onTestFinished(() => functions.close())
  const ask = async (event: unknown = {}) => asked(await functions.invoke(NAME, JSON.stringify(event)))
  return { ...functions, lines, folder, ask }
}

function asked({ payload, functionError, cold }: Awaited<ReturnType<Functions['invoke']>>) {
  return { answer: JSON.parse(payload), cold, failed: functionError !== undefined }
}

export async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 5000
  while (!condition()) {
    if (Date.now() > end) throw new Error(`did not come true: ${condition}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
