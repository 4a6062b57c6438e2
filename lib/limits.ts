import { CfnResource, type Stack } from 'aws-cdk-lib'
import { type Route, routeKey } from '../functions/rows.ts'

/** The limits of CloudFormation and of IAM. */
export const LIMITS = { resources: 500, policy: 10_240 }
/** The share of a limit that may be used. The rest is left for what a team adds. */
const SHARE = 0.8

const LONGEST_REGION = 'ap-southeast-2'
const RANDOM_ENDING = 12
const LONGEST_FUNCTION_NAME = 64

/** CloudFormation names a function: stack, resource and random characters, cut to the longest name Lambda takes. */
function longestArn(stackName: string, logicalId: string): string {
  const name = `${stackName}-${logicalId}-${'X'.repeat(RANDOM_ENDING)}`.slice(0, LONGEST_FUNCTION_NAME)
  return `arn:aws:lambda:${LONGEST_REGION}:123456789012:function:${name}`
}

/** The greatest length of the inline policy that lets a role invoke these functions. */
export function invokePolicyLength(stackName: string, logicalIds: readonly string[]): number {
  const Resource = logicalIds.map((id) => longestArn(stackName, id))
  const Statement = [{ Action: 'lambda:InvokeFunction', Effect: 'Allow', Resource }]
  return JSON.stringify({ Statement, Version: '2012-10-17' }).length
}

export const countResources = (stack: Stack) => stack.node.findAll().filter(CfnResource.isCfnResource).length

/** Stops the synthesis at the row that brings a stack too close to a limit: a deployment would fail only late. */
export function checkLimits(route: Route, used: { resources: number; policy: number }): void {
  for (const [what, limit] of Object.entries(LIMITS)) {
    const most = limit * SHARE
    const now = used[what as keyof typeof used]
    if (now <= most) continue
    const unit = what === 'resources' ? 'resources of one stack' : "characters of the API's policy to invoke functions"
    throw new Error(
      `With the row ${routeKey(route)} it would be ${now} of ${limit} ${unit}, and ${most} are the most: build it with functionPer=zone, or move a noun into an API of its own.`,
    )
  }
}
