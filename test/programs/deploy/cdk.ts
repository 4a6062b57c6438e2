import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ACCOUNT, REGION, ROOT_USER } from './account.ts'
import { inWork, PATH, root } from './paths.ts'
import { run } from './processes.ts'

const CDK = fileURLToPath(import.meta.resolve('aws-cdk/bin/cdk'))
const ASSEMBLY = inWork('cdk.out')
const OUTPUTS = inWork('outputs.json')

type Outputs = { LetheApi: { ApiUrl: string }; LetheState: { IssuerUrl: string } }

/** The pinned CDK command line, which sees the emulated account and nothing of the machine's own settings. */
export function cdkFor(endpoint: string) {
  const env = {
    PATH,
    HOME: process.env.HOME,
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: ROOT_USER.accessKeyId,
    AWS_SECRET_ACCESS_KEY: ROOT_USER.secretAccessKey,
    AWS_REGION: REGION,
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  }
  const cdk = (log: string, ...args: string[]) =>
    run({ file: process.execPath, args: [CDK, '--no-notices', ...args], log: inWork(log), env, cwd: root })
  const assembly = ['--app', ASSEMBLY]

  return {
    async synth(context: Record<string, string>): Promise<void> {
      const flags = Object.entries(context).flatMap(([name, value]) => ['-c', `${name}=${value}`])
      await cdk('synth.log', 'synth', '--quiet', '--output', ASSEMBLY, ...flags)
      await widenSendEmail(join(ASSEMBLY, 'LetheApi.template.json'))
    },

    template: (stack: string) => readFile(join(ASSEMBLY, `${stack}.template.json`), 'utf8'),

    bootstrap: () => cdk('bootstrap.log', ...assembly, 'bootstrap', `aws://${ACCOUNT}/${REGION}`),

    async deploy(log: string): Promise<Outputs> {
      await cdk(log, ...assembly, 'deploy', '--all', '--require-approval', 'never', '--outputs-file', OUTPUTS)
      return JSON.parse(await readFile(OUTPUTS, 'utf8'))
    },

    destroy: (stack: string) => cdk(`destroy.log`, ...assembly, 'destroy', stack, '--force'),
  }
}

/** In AWS ses:SendEmail is judged on the sender's identity; MiniStack judges it on `*`, whatever the sender. */
async function widenSendEmail(path: string): Promise<void> {
  const template = await readFile(path, 'utf8')
  let widened = 0
  const changed = JSON.parse(template, (_, value) => {
    if (value?.Action !== 'ses:SendEmail') return value
    widened++
    return { ...value, Resource: '*' }
  })
  if (widened !== 1) throw new Error(`expected one statement for ses:SendEmail, found ${widened}`)
  await writeFile(path, JSON.stringify(changed))
}
