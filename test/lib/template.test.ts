import type { Template } from 'aws-cdk-lib/assertions'
import { Match } from 'aws-cdk-lib/assertions'
import { describe, expect, it } from 'vitest'
import type { Thing } from '../../functions/http/row.ts'
import { routeKey, routes, triggers, workOf } from '../../functions/rows.ts'
import { zones } from '../../functions/zones.ts'
import { routeFunctions } from '../../lib/route-functions.ts'
import { ofType, only, type Resource, synthesize } from './stacks.ts'

const RETAINED = ['AWS::DynamoDB::GlobalTable', 'AWS::S3::Bucket', 'AWS::SecretsManager::Secret', 'AWS::Logs::LogGroup']

const { state, api, stateStack, apiStack } = synthesize()
const both = [state, api]
const allOfType = (type: string) => both.flatMap((template) => ofType(template, type))
const json = (value: unknown) => JSON.stringify(value)

const functions = allOfType('AWS::Lambda::Function').map(([, { Properties }]) => Properties)
/** What the other way to build them gives: a function for each route. */
const perRoute = synthesize({ functionPer: 'route' })
const functionsPerRoute = ofType(perRoute.api, 'AWS::Lambda::Function').map(([, { Properties }]) => Properties)
const roles = new Map(
  [...both, perRoute.api]
    .flatMap((template) => ofType(template, 'AWS::IAM::Role'))
    .map(([id, { Properties }]) => [id, Properties]),
)
const statementsOf = (lambda: Resource) =>
  roles.get(lambda.Role['Fn::GetAtt'][0])!.Policies.flatMap((policy: Resource) => policy.PolicyDocument.Statement)

describe('routes', () => {
  const cfnRoutes = ofType(api, 'AWS::ApiGatewayV2::Route').map(([, { Properties }]) => Properties)

  it('are those of the table', () => {
    expect(cfnRoutes.map(({ RouteKey }) => RouteKey).sort()).toEqual(routes.map(routeKey).sort())
  })

  it.each(cfnRoutes.map((route) => [route.RouteKey, route]))(
    '%s is public by its row or has the authorizer',
    (key, route) => {
      const [authorizer] = Object.keys(api.findResources('AWS::ApiGatewayV2::Authorizer'))
      const isPublic = routes.some((row) => routeKey(row) === key && row.auth === 'public')
      if (isPublic) expect(route).toMatchObject({ AuthorizationType: 'NONE' })
      else expect(route).toMatchObject({ AuthorizationType: 'JWT', AuthorizerId: { Ref: authorizer } })
    },
  )

  it.each([
    ['zone', api],
    ['route', perRoute.api],
  ] as const)('take one resource each, and their functions three, with a function for each %s', (per, template) => {
    const own = [
      'AWS::IAM::Role',
      'AWS::Lambda::Function',
      'AWS::ApiGatewayV2::Integration',
      'AWS::ApiGatewayV2::Route',
    ]
    const consumers = triggers.length - 1
    const shared = 1
    const counted = own.reduce((sum, type) => sum + ofType(template, type).length, 0) - 2 * consumers - shared
    const others = Object.values(template.toJSON().Resources as Record<string, Resource>).filter(
      ({ Type }) => !own.includes(Type),
    )
    expect(counted).toBe(routes.length + 3 * routeFunctions(per, routes, zones).length)
    // What does not grow with the routes: API, stage, authorizer, four mappings, a schedule and its permission, three alarms.
    expect(others.length).toBeLessThanOrEqual(12)
  })
})

/** How a grant on each thing reads in the template. */
const GRANT: Record<Thing, [service: string, resource: RegExp]> = {
  users: ['dynamodb', /:ExportsOutputFnGetAttUsers\w+Arn\w+"/],
  sessions: ['dynamodb', /FnGetAttSessions[0-9A-F]{8}Arn\w+"|\["Sessions[0-9A-F]{8}","Arn"\]/],
  codes: ['dynamodb', /FnGetAttCodes\w+Arn\w+"/],
  mailQueue: ['sqs', /FnGetAttMail[0-9A-F]{8}Arn\w+"/],
  keyRing: ['secretsmanager', /FnGetAttKeyRing|\["KeyRing","Id"\]/],
  issuerDocuments: ['s3', /IssuerDocuments.*\/\.well-known\/\*/],
  files: ['dynamodb', /FnGetAttFileRecords\w+Arn\w+"/],
  fileObjects: ['s3', /Files[0-9A-F]{8}.*\/o\/\*/],
  fileBucket: ['s3', /FnGetAttFiles[0-9A-F]{8}Arn\w+"\}$/],
  fileWork: ['sqs', /FnGetAttFileStoreWork\w+Arn/],
  mail: ['ses', /:identity\/example\.com/],
}
const LOGS = ['logs:CreateLogStream', 'logs:PutLogEvents'].map((action) => [action, /FunctionLogs/] as const)
const polling = (queue: RegExp) =>
  ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'].map((action) => [action, queue] as const)
const POLLING: Record<string, (readonly [string, RegExp])[]> = {
  'accounts/on-mail-message': polling(GRANT.mailQueue[1]),
  'uploads/on-file-event': polling(/FnGetAttFileStoreEvents\w+Arn/),
  'trash/on-file-work': polling(GRANT.fileWork[1]),
  'sessions/on-session-ended': [
    ...['ListStreams', 'DescribeStream', 'GetShardIterator', 'GetRecords'].map(
      (action) => [`dynamodb:${action}`, /FnGetAttSessions\w+StreamArn/] as const,
    ),
    ['sqs:SendMessage', /FnGetAttDeadLetters/],
  ],
}

function asked(entry: string): (readonly [action: string, resource: RegExp])[] {
  const touches = works.get(entry)
  if (!touches) throw new Error(`no row for ${entry}`)
  const rows = Object.entries(touches).flatMap(([thing, actions]) => {
    const [service, resource] = GRANT[thing as Thing]
    return actions.map((action: string) => [`${service}:${action}`, resource] as const)
  })
  return [...LOGS, ...rows, ...(POLLING[entry] ?? [])]
}

const works = new Map([
  ...(['zone', 'route'] as const).flatMap((per) =>
    routeFunctions(per, routes, zones).map(({ name, touches }) => [name, touches] as const),
  ),
  ...triggers.map((row) => [row.entry, workOf([row]).touches] as const),
])
const grantsOf = (lambda: Resource): [action: string, resource: string][] =>
  statementsOf(lambda).flatMap(({ Action, Resource }: Resource) =>
    [Action].flat().flatMap((action) => [Resource].flat().map((resource) => [action, json(resource)])),
  )

describe('least privilege', () => {
  it.each([...functions, ...functionsPerRoute].map((lambda) => [lambda.Description, lambda]))(
    '%s may do what its rows say, no more',
    (entry, lambda) => {
      const granted = grantsOf(lambda)
      const expected = asked(entry)
      for (const [action, resource] of expected) {
        const found = granted.findIndex(([name, on]) => name === action && resource.test(on))
        expect(found, `${action} on ${resource}`).toBeGreaterThanOrEqual(0)
        granted.splice(found, 1)
      }
      expect(granted).toEqual([])
    },
  )

  it('has a role of its own for each function', () => {
    expect(new Set(functions.map((lambda) => json(lambda.Role))).size).toBe(functions.length)
  })

  it('names every action and every resource', () => {
    const grants = functions.flatMap(grantsOf)
    expect(grants.filter(([action, resource]) => action.includes('*') || resource === '"*"')).toEqual([])
    expect(functions.flatMap(statementsOf).every(({ Effect }: Resource) => Effect === 'Allow')).toBe(true)
  })

  it('lets the API invoke its functions and nothing else', () => {
    const [, invoker] = ofType(api, 'AWS::IAM::Role').find(([, { Properties }]) =>
      json(Properties.AssumeRolePolicyDocument).includes('apigateway'),
    )!
    const [statement] = invoker.Properties.Policies[0].PolicyDocument.Statement
    expect(statement.Action).toBe('lambda:InvokeFunction')
    expect(statement.Resource).toHaveLength(routeFunctions('zone', routes, zones).length)
  })
})

const TIMEOUTS: Record<string, number> = {
  'keys/on-deployment': 300,
  'accounts/on-mail-message': 30,
  'uploads/on-file-event': 30,
  'trash/on-file-work': 300,
  'system/on-hour': 300,
}

describe('functions', () => {
  it.each(functions.map((lambda) => [lambda.Description, lambda]))('%s has the house settings', (entry, lambda) => {
    expect(lambda).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Timeout: TIMEOUTS[entry] ?? 10,
      LoggingConfig: { LogFormat: 'JSON', LogGroup: expect.anything() },
      // Declared so that `sam local` can override it; empty counts as unset.
      Environment: { Variables: { AWS_ENDPOINT_URL: '' } },
    })
  })

  it('hash one password at a time where they hash', () => {
    const hashing = functions.filter(({ Environment }) => Environment.Variables.UV_THREADPOOL_SIZE === '1')
    expect(hashing.map(({ Description, MemorySize }) => [Description, MemorySize]).sort()).toEqual([
      ['accounts/on-mail-message', 1769],
      ['sign-in', 1769],
      ['sign-up', 1769],
    ])
  })

  it('hash always in the same memory', () => {
    const hashing = functions.filter(({ Environment }) => Environment.Variables.UV_THREADPOOL_SIZE === '1')
    for (const { Environment } of hashing) {
      expect(Environment.Variables).toMatchObject({
        MALLOC_ARENA_MAX: '1',
        MALLOC_TOP_PAD_: String(64 * 2 ** 20),
        GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1',
      })
    }
  })

  it('hold no secret in a variable', () => {
    const names = new Set(functions.flatMap(({ Environment }) => Object.keys(Environment.Variables)))
    expect([...names].filter((name) => /PASSWORD$|PRIVATE|_KEY$/.test(name))).toEqual([])
  })
})

describe('what must survive', () => {
  it.each(RETAINED)('%s is retained', (type) => {
    const resources = ofType(state, type)
    expect(resources.length).toBeGreaterThan(0)
    for (const [, { DeletionPolicy }] of resources) expect(DeletionPolicy).toBe('Retain')
  })

  it('is in LetheState, none of it in LetheApi', () => {
    const types = Object.values(api.toJSON().Resources as Record<string, Resource>).map(({ Type }) => Type)
    for (const type of [...RETAINED, 'AWS::SQS::Queue', 'AWS::ApiGatewayV2::DomainName'])
      expect(types).not.toContain(type)
  })

  it('is protected from deletion, table by table and as a stack', () => {
    for (const [, { Properties }] of ofType(state, 'AWS::DynamoDB::GlobalTable')) {
      expect(Properties.Replicas[0].DeletionProtectionEnabled).toBe(true)
    }
    expect(stateStack.terminationProtection).toBe(true)
    expect(apiStack.terminationProtection).toBeFalsy()
  })

  it('can be given up for throw-away stages', () => {
    const { state: loose, stateStack: looseStack } = synthesize({ protect: 'false' })
    expect(looseStack.terminationProtection).toBe(false)
    for (const type of RETAINED) {
      for (const [, { DeletionPolicy }] of ofType(loose, type)) expect(DeletionPolicy).toBe('Delete')
    }
  })

  it('keeps point-in-time recovery for users and files, expiry for sessions and codes, streams for all but codes', () => {
    const tables = ofType(state, 'AWS::DynamoDB::GlobalTable').map(([id, { Properties }]) => [
      id.replace(/[0-9A-F]{8}$/, ''),
      Properties,
    ])
    const shape = Object.fromEntries(
      tables.map(([name, properties]) => [
        name,
        {
          recovery: properties.Replicas[0].PointInTimeRecoverySpecification?.PointInTimeRecoveryEnabled ?? false,
          ttl: properties.TimeToLiveSpecification?.AttributeName,
          stream: properties.StreamSpecification?.StreamViewType,
          keys: properties.KeySchema.map(({ AttributeName }: Resource) => AttributeName),
        },
      ]),
    )
    const keys = ['pk', 'sk']
    expect(shape).toEqual({
      Users: { recovery: true, ttl: undefined, stream: 'NEW_AND_OLD_IMAGES', keys },
      Sessions: { recovery: false, ttl: 'ttl', stream: 'NEW_AND_OLD_IMAGES', keys },
      Codes: { recovery: false, ttl: 'ttl', stream: undefined, keys },
      FileRecords: { recovery: true, ttl: undefined, stream: 'NEW_AND_OLD_IMAGES', keys },
    })
  })

  it('keeps what waits in a queue for 14 days', () => {
    for (const [, { Properties }] of ofType(state, 'AWS::SQS::Queue')) {
      expect(Properties.MessageRetentionPeriod).toBe(14 * 86_400)
    }
    // Six times the timeout of the function that reads it.
    for (const VisibilityTimeout of [180, 1800]) {
      state.hasResourceProperties('AWS::SQS::Queue', { VisibilityTimeout, RedrivePolicy: { maxReceiveCount: 5 } })
    }
  })

  it('keeps every bucket private', () => {
    for (const [, { Properties }] of ofType(state, 'AWS::S3::Bucket')) {
      expect(Properties.PublicAccessBlockConfiguration).toEqual({
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      })
    }
  })
})

describe('the issuer', () => {
  const authorizer = (template: Template) => only(template, 'AWS::ApiGatewayV2::Authorizer').Properties

  it('is CloudFront in front of the documents', () => {
    state.resourceCountIs('AWS::CloudFront::Distribution', 1)
    state.resourceCountIs('AWS::CloudFront::OriginAccessControl', 1)
    expect(authorizer(api).JwtConfiguration.Audience).toEqual(['lethe'])
  })

  it("is a host of one's own with issuerUrl, and then there is no distribution", () => {
    const own = synthesize({ issuerUrl: 'https://login.example.com/{bucket}' })
    own.state.resourceCountIs('AWS::CloudFront::Distribution', 0)
    expect(json(authorizer(own.api).JwtConfiguration.Issuer)).toMatch(
      /https:\/\/login\.example\.com\/.*IssuerDocuments/,
    )
  })

  it('answers before the authorizer is made: the key ring waits for the distribution, LetheApi for LetheState', () => {
    const ensured = only(state, 'Custom::KeyRing')
    const [distribution] = Object.keys(state.findResources('AWS::CloudFront::Distribution'))
    expect(ensured.DependsOn).toContain(distribution)
    expect(ensured.DeletionPolicy).toBe('Delete')
    expect(apiStack.dependencies).toContain(stateStack)
  })
})

describe('the gateway', () => {
  it('throttles, logs access and allows no foreign origin unless told', () => {
    api.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      StageName: '$default',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingBurstLimit: 2000, ThrottlingRateLimit: 1000 },
    })
    const stage = only(api, 'AWS::ApiGatewayV2::Stage')
    expect(JSON.parse(stage.Properties.AccessLogSettings.Format)).toMatchObject({ requestId: '$context.requestId' })
    const bare = only(api, 'AWS::ApiGatewayV2::Api')
    expect(bare.Properties.CorsConfiguration).toBeUndefined()
  })

  it('allows the origins of the context', () => {
    synthesize({ corsOrigins: 'https://a.example,https://b.example' }).api.hasResourceProperties(
      'AWS::ApiGatewayV2::Api',
      {
        CorsConfiguration: { AllowOrigins: ['https://a.example', 'https://b.example'] },
      },
    )
  })

  it('answers under the custom domain only, when there is one', () => {
    const named = synthesize({ domainName: 'api.example.com', certificateArn: 'arn:aws:acm:x' })
    named.state.hasResourceProperties('AWS::ApiGatewayV2::DomainName', { DomainName: 'api.example.com' })
    named.api.hasResourceProperties('AWS::ApiGatewayV2::Api', { DisableExecuteApiEndpoint: true })
    named.api.resourceCountIs('AWS::ApiGatewayV2::ApiMapping', 1)
  })

  it.each([
    [{ architecture: 'sparc' }, /architecture must be one of/],
    [{ sessionIdleDays: '0' }, /sessionIdleDays must be a whole number/],
    [{ domainName: 'api.example.com' }, /go together/],
    [{ mailFrom: 'nobody' }, /mailFrom must be an e-mail address/],
    [{ mailFrom: 'Lethe <no-reply@example.com>' }, /mailFrom must be an e-mail address/],
  ])('refuses %j', (context, message) => {
    expect(() => synthesize(context)).toThrow(message)
  })
})

describe('consumers', () => {
  it('read their source from its beginning, report single failures and give up into the dead-letter queue', () => {
    api.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      StartingPosition: 'TRIM_HORIZON',
      BisectBatchOnFunctionError: true,
      // Only the end of a session by reuse is anybody's business here.
      FilterCriteria: { Filters: [{ Pattern: '{"dynamodb":{"NewImage":{"why":{"S":["reuse"]}}}}' }] },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      DestinationConfig: { OnFailure: { Destination: { 'Fn::ImportValue': Match.stringLikeRegexp('DeadLetters') } } },
    })
    const mappings = ofType(api, 'AWS::Lambda::EventSourceMapping')
    expect(mappings).toHaveLength(4)
    for (const [, { Properties }] of mappings) {
      expect(Properties.FunctionResponseTypes).toEqual(['ReportBatchItemFailures'])
    }
  })
})
