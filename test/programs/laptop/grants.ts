import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DeleteItemCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { deriveCredentials } from '@lethe/laptop/door/credentials.ts'
import { routes, triggers } from '../../../functions/rows.ts'
import { zones } from '../../../functions/zones.ts'
import { routeFunctions } from '../../../lib/route-functions.ts'
import type { Settings } from '../../../lib/settings.ts'
import type { Laptop, Observed } from './laptop.ts'

const root = join(import.meta.dirname, '../../..')

type Granted = { name: string; description: string; actions: string[] }

/** Every function of the synthesized templates with the actions its role grants. */
function grantsInTemplates(): Granted[] {
  return ['LetheState', 'LetheApi'].flatMap((stack) => {
    const { Resources } = JSON.parse(readFileSync(join(root, 'cdk.out', `${stack}.template.json`), 'utf8'))
    return Object.entries<Template>(Resources)
      .filter(([, { Type }]) => Type === 'AWS::Lambda::Function')
      .map(([id, { Properties }]) => {
        const role: Template = Resources[Properties.Role['Fn::GetAtt'][0]]
        const statements = role.Properties.Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
        const actions = [...new Set(statements.flatMap(({ Action }) => Action))].sort()
        return { name: `${stack}-${id}`, description: Properties.Description, actions }
      })
  })
}

type Statement = { Action: string | string[] }
type Template = {
  Type: string
  Properties: {
    Description: string
    Role: { 'Fn::GetAtt': [string, string] }
    Policies: { PolicyDocument: { Statement: Statement[] } }[]
  }
}

export type Run = Granted[]

/** What the functions of the assembly that runs now may do; the next start may bring others. */
export function grantsOfRun(per: Settings['functionPer']): Run {
  const functions = grantsInTemplates()
  assert.equal(functions.length, routeFunctions(per, routes, zones).length + triggers.length)
  return functions
}

/** A grant that nothing used is one too many; a use that nothing granted was refused at the door and is listed there. */
export function compareWithGrants(functions: Run, runs: Observed[]): void {
  const seen = (name: string) => [...new Set(runs.flatMap(({ allowed }) => allowed[name] ?? []))].sort()
  const used = Object.fromEntries(functions.map(({ name, description }) => [description, seen(name)]))
  const granted = Object.fromEntries(functions.map(({ description, actions }) => [description, actions]))
  assert.deepEqual(used, granted)
}

/** With each function's own credentials: what its row did not ask for is refused at the door. */
export async function tryWhatIsNotGranted({ door }: Laptop, state: string): Promise<void> {
  const seed = readFileSync(join(state, 'seed'), 'utf8').trim()
  for (const { name, actions } of grantsInTemplates()) {
    const db = new DynamoDBClient({
      region: 'us-east-1',
      endpoint: door,
      credentials: deriveCredentials(seed, name),
      maxAttempts: 1,
    })
    const key = { pk: { S: 'nobody' }, sk: { S: 'gate' } }
    const denied = actions.includes('dynamodb:DeleteItem')
      ? new PutItemCommand({ TableName: 'LetheState-Elsewhere', Item: key })
      : new DeleteItemCommand({ TableName: tableNamed('Users'), Key: key })
    await assert.rejects(
      () => db.send(denied as DeleteItemCommand),
      { name: 'AccessDeniedException' },
      `${name} may do more than its row says`,
    )
    db.destroy()
  }
}

function tableNamed(prefix: string): string {
  const { Resources } = JSON.parse(readFileSync(join(root, 'cdk.out/LetheState.template.json'), 'utf8'))
  const id = Object.keys(Resources).find((name) => new RegExp(`^${prefix}[0-9A-F]{8}$`).test(name))
  if (!id) throw new Error(`no table ${prefix}`)
  return `LetheState-${id}`
}
