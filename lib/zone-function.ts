import { Duration, Validations } from 'aws-cdk-lib'
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Architecture, type Code, Function as LambdaFunction, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda'
import type { ILogGroup } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import type { Setting, Thing, Touches } from '../functions/http/row.ts'
import type { Zone } from '../functions/zones.ts'
import type { Settings } from './settings.ts'
import type { Things } from './things.ts'

/** What all functions of a deployment share. */
export type Deployment = {
  things: Things
  settings: Record<Setting, string>
  logs: ILogGroup
  architecture: Settings['architecture']
  sourceMaps: boolean
  code: (name: string) => Code
}

/** What a function is and may do. */
export type FunctionOf = {
  /** The name by which its code is found. */
  name: string
  touches: Touches
  knows: readonly Setting[]
  zone: Zone
  mayAlso?: PolicyStatement[]
}

/**
 * One argon2 hash at a time, always in the same memory, in large pages where the kernel has them. Else each thread of the
 * pool would have 46 MiB of its own, and each hash would get fresh pages from the kernel, which takes as long as the
 * hash itself. See docs/decisions/0009-cheap-requests.md.
 */
const HASHING = {
  UV_THREADPOOL_SIZE: '1',
  MALLOC_ARENA_MAX: '1',
  MALLOC_TOP_PAD_: String(64 * 2 ** 20),
  GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1',
}

/** A function and its role, made from rows. It may do and know only what the rows say. */
export class ZoneFunction extends Construct {
  readonly function: LambdaFunction

  constructor(scope: Construct, id: string, deployment: Deployment, its: FunctionOf) {
    super(scope, id)
    const { things, logs } = deployment
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: {
        row: new PolicyDocument({
          statements: [writeLogs(logs), ...statementsOf(its.touches, things), ...(its.mayAlso ?? [])],
        }),
      },
    })
    for (const name of Object.keys(its.touches)) {
      const { prefix } = things[name as Thing]
      if (!prefix) continue
      const id = `AwsSolutions-IAM5[Resource::${prefix.spelled}]`
      Validations.of(this).acknowledge({ id, reason: prefix.reason })
    }
    this.function = new LambdaFunction(this, 'Function', {
      description: its.name,
      runtime: Runtime.NODEJS_24_X,
      architecture: deployment.architecture === 'arm64' ? Architecture.ARM_64 : Architecture.X86_64,
      code: deployment.code(its.name),
      handler: 'index.handler',
      role,
      memorySize: its.zone.memoryMib,
      timeout: Duration.seconds(its.zone.seconds),
      logGroup: logs,
      loggingFormat: LoggingFormat.JSON,
      environment: variablesOf(its, deployment),
    })
  }
}

/** `accounts/on-mail-message` becomes `AccountsOnMailMessage`. */
export function idOf(name: string): string {
  return name
    .split(/[/-]/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')
}

export function allow(actions: string[], resource: string): PolicyStatement {
  return new PolicyStatement({ actions, resources: [resource] })
}

function writeLogs(logs: ILogGroup): PolicyStatement {
  return allow(['logs:CreateLogStream', 'logs:PutLogEvents'], logs.logGroupArn)
}

function statementsOf(touches: Touches, things: Things): PolicyStatement[] {
  return Object.entries(touches).map(([name, actions]) => {
    const { service, arn } = things[name as Thing]
    return allow(
      actions.map((action) => `${service}:${action}`),
      arn,
    )
  })
}

function variablesOf(
  { touches, knows, zone }: FunctionOf,
  { things, settings, sourceMaps }: Deployment,
): Record<string, string> {
  const variables: Record<string, string> = {
    // Empty counts as unset. Declared because `sam local` passes only variables that the template knows.
    AWS_ENDPOINT_URL: '',
  }
  for (const name of Object.keys(touches)) {
    const { variable, value } = things[name as Thing]
    variables[variable] = value
  }
  for (const name of knows) variables[name] = settings[name]
  if (zone.hashes) Object.assign(variables, HASHING)
  if (sourceMaps) variables.NODE_OPTIONS = '--enable-source-maps'
  return variables
}
