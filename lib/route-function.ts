import { Duration, Validations } from 'aws-cdk-lib'
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Architecture, type Code, Function as LambdaFunction, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda'
import type { ILogGroup } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import type { Setting, Thing, Touches, Work } from './routes.ts'
import type { Settings } from './settings.ts'
import type { Things } from './things.ts'

export type Surroundings = {
  things: Things
  settings: Record<Setting, string>
  logs: ILogGroup
  architecture: Settings['architecture']
  sourceMaps: boolean
  code: (entry: string) => Code
}

export type RouteFunctionProps = Surroundings & { work: Work; timeout?: Duration; mayAlso?: PolicyStatement[] }

/** A function and its role, made from a row: it may do what the row says and knows what the row names, no more. */
export class RouteFunction extends Construct {
  readonly function: LambdaFunction

  constructor(scope: Construct, id: string, props: RouteFunctionProps) {
    super(scope, id)
    const { work, things, logs } = props
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: {
        row: new PolicyDocument({
          statements: [writeLogs(logs), ...statementsOf(work.touches, things), ...(props.mayAlso ?? [])],
        }),
      },
    })
    for (const name of Object.keys(work.touches)) {
      const { prefix } = things[name as Thing]
      if (!prefix) continue
      const id = `AwsSolutions-IAM5[Resource::${prefix.spelled}]`
      Validations.of(this).acknowledge({ id, reason: prefix.reason })
    }
    this.function = new LambdaFunction(this, 'Function', {
      description: work.entry,
      runtime: Runtime.NODEJS_24_X,
      architecture: props.architecture === 'arm64' ? Architecture.ARM_64 : Architecture.X86_64,
      code: props.code(work.entry),
      handler: 'index.handler',
      role,
      memorySize: work.hashes ? 1769 : 1024,
      timeout: props.timeout ?? Duration.seconds(10),
      logGroup: logs,
      loggingFormat: LoggingFormat.JSON,
      environment: variablesOf(work, props),
    })
  }
}

function writeLogs(logs: ILogGroup): PolicyStatement {
  return new PolicyStatement({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logs.logGroupArn] })
}

function statementsOf(touches: Touches, things: Things): PolicyStatement[] {
  return Object.entries(touches).map(([name, actions]) => {
    const { service, arn } = things[name as Thing]
    return new PolicyStatement({ actions: actions.map((action) => `${service}:${action}`), resources: [arn] })
  })
}

function variablesOf(work: Work, { things, settings, sourceMaps }: Surroundings): Record<string, string> {
  const variables: Record<string, string> = {
    // Empty counts as unset. Declared because `sam local` passes only variables that the template knows.
    AWS_ENDPOINT_URL: '',
  }
  for (const name of Object.keys(work.touches)) {
    const { variable, value } = things[name as Thing]
    variables[variable] = value
  }
  for (const name of work.knows ?? []) variables[name] = settings[name]
  // One argon2 hash at a time: each further pool thread would keep 46 MiB of its own.
  if (work.hashes) variables.UV_THREADPOOL_SIZE = '1'
  if (sourceMaps) variables.NODE_OPTIONS = '--enable-source-maps'
  return variables
}
