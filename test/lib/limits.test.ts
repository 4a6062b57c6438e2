import { describe, expect, it } from 'vitest'
import { type Route, routes } from '../../functions/rows.ts'
import { zones } from '../../functions/zones.ts'
import { countResources, invokePolicyLength, LIMITS } from '../../lib/limits.ts'
import { ofType, type Resource, synthesize } from './stacks.ts'

const SHARE = 0.8

/** So many rows as the product may have one day, ten to a zone. */
function manyRows(count: number): { routes: Route[]; zones: typeof zones } {
  const [row] = routes.filter(({ auth }) => auth === 'jwt')
  const more = Array.from({ length: count - routes.length }, (_, index) => {
    const zone = `generated-${Math.floor(index / 10)}`
    return { ...row!, path: `/${zone}/${index}`, noun: zone, zone, entry: `${zone}/get-thing-number-${index}` }
  })
  const named = Object.fromEntries(more.map(({ zone }) => [zone, { memoryMib: 1024, seconds: 10 }]))
  return { routes: [...routes, ...more], zones: { ...zones, ...named } }
}

/** As IAM would count it, with every function's ARN as long as it can be. */
function policyOf({ api }: ReturnType<typeof synthesize>): number {
  const [, invoker] = ofType(api, 'AWS::IAM::Role').find(([id]) => id.startsWith('Invoker'))!
  const [statement] = invoker.Properties.Policies[0].PolicyDocument.Statement
  const ids = [statement.Resource].flat().map((arn: Resource) => arn['Fn::GetAtt'][0])
  return invokePolicyLength('LetheApi', ids)
}

describe.each([
  ['the rows of today', 'zone', undefined],
  ['the rows of today', 'route', undefined],
  ['150 rows', 'zone', manyRows(150)],
] as const)('%s, with a function for each %s', (_, functionPer, rows) => {
  const stacks = synthesize({ functionPer }, rows)

  it('stay below 80 % of what IAM takes of the policy that lets the API invoke its functions', () => {
    expect(policyOf(stacks)).toBeLessThanOrEqual(SHARE * LIMITS.policy)
  })

  it('stay below 80 % of the resources of a stack', () => {
    for (const stack of [stacks.stateStack, stacks.apiStack]) {
      expect(countResources(stack)).toBeLessThanOrEqual(SHARE * LIMITS.resources)
    }
    expect(countResources(stacks.apiStack)).toBe(Object.keys(stacks.api.toJSON().Resources).length)
  })
})

describe('what is beyond them', () => {
  it('stops the synthesis with a sentence that names the row: the policy', () => {
    expect(() => synthesize({ functionPer: 'route' }, manyRows(150))).toThrow(
      /^With the row GET \/generated-\d\/\d+ it would be \d+ of 10240 characters of the API's policy .*functionPer=zone/,
    )
  })

  it('stops the synthesis with a sentence that names the row: the resources', () => {
    expect(() => synthesize({}, manyRows(400))).toThrow(
      /^With the row GET \/generated-\d+\/\d+ it would be 401 of 500 resources of one stack/,
    )
  })
})

describe('the length of the policy', () => {
  it('is that of the policy as IAM keeps it, with names as CloudFormation makes them', () => {
    const arn = `arn:aws:lambda:ap-southeast-2:123456789012:function:LetheApi-Files-${'X'.repeat(12)}`
    const policy = { Statement: [{ Action: 'lambda:InvokeFunction', Effect: 'Allow', Resource: [arn] }] }
    expect(invokePolicyLength('LetheApi', ['Files'])).toBe(JSON.stringify({ ...policy, Version: '2012-10-17' }).length)
    const [short, long] = [30, 300].map((length) => invokePolicyLength('LetheApi', ['A'.repeat(length)]))
    expect(long! - short!).toBe(64 - 'LetheApi-'.length - 30 - '-XXXXXXXXXXXX'.length)
  })
})
