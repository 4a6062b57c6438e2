import * as v from 'valibot'

const optionalStrings = v.optional(v.array(v.string()), [])
const ignored = v.optional(v.unknown())

export const apiProperties = v.strictObject({
  Name: v.optional(v.string()),
  ProtocolType: v.literal('HTTP'),
  DisableExecuteApiEndpoint: v.optional(v.literal(false)),
  CorsConfiguration: v.optional(
    v.strictObject({
      AllowCredentials: v.optional(v.boolean(), false),
      AllowHeaders: optionalStrings,
      AllowMethods: optionalStrings,
      AllowOrigins: optionalStrings,
      ExposeHeaders: optionalStrings,
      MaxAge: v.optional(v.pipe(v.number(), v.integer(), v.minValue(-1), v.maxValue(86_400))),
    }),
  ),
  Description: ignored,
  Tags: ignored,
})

const routeSettings = v.strictObject({
  ThrottlingBurstLimit: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 5000),
  ThrottlingRateLimit: v.optional(v.pipe(v.number(), v.minValue(0)), 10_000),
  DetailedMetricsEnabled: ignored,
})

export const stageProperties = v.strictObject({
  ApiId: v.string(),
  StageName: v.pipe(v.string(), v.regex(/^(\$default|[\w-]+)$/)),
  // Without it, a stage serves nothing before there is a Deployment resource.
  AutoDeploy: v.literal(true),
  DefaultRouteSettings: v.optional(routeSettings),
  RouteSettings: v.optional(v.record(v.string(), routeSettings), {}),
  StageVariables: v.optional(v.record(v.string(), v.string()), {}),
  AccessLogSettings: v.optional(v.strictObject({ DestinationArn: v.string(), Format: v.string() })),
  Description: ignored,
  Tags: ignored,
})

export const routeProperties = v.pipe(
  v.strictObject({
    ApiId: v.string(),
    RouteKey: v.string(),
    Target: v.string(),
    AuthorizationType: v.optional(v.picklist(['NONE', 'JWT']), 'NONE'),
    AuthorizerId: v.optional(v.string()),
    AuthorizationScopes: v.optional(v.array(v.string())),
    ApiKeyRequired: v.optional(v.literal(false)),
    OperationName: ignored,
  }),
  v.check(
    (route) => (route.AuthorizationType === 'JWT') === (route.AuthorizerId !== undefined),
    'AuthorizerId belongs to AuthorizationType JWT',
  ),
  v.check(
    (route) => route.AuthorizationType === 'JWT' || !route.AuthorizationScopes?.length,
    'AuthorizationScopes belong to AuthorizationType JWT',
  ),
)

export const integrationProperties = v.strictObject({
  ApiId: v.string(),
  IntegrationType: v.literal('AWS_PROXY'),
  IntegrationUri: v.string(),
  PayloadFormatVersion: v.literal('2.0'),
  CredentialsArn: v.string(),
  TimeoutInMillis: v.optional(v.pipe(v.number(), v.integer(), v.minValue(50), v.maxValue(30_000)), 30_000),
  ConnectionType: v.optional(v.literal('INTERNET')),
  IntegrationMethod: v.optional(v.literal('POST')),
  Description: ignored,
})

export const authorizerProperties = v.strictObject({
  ApiId: v.string(),
  Name: v.string(),
  AuthorizerType: v.literal('JWT'),
  IdentitySource: v.strictTuple([v.literal('$request.header.Authorization')]),
  JwtConfiguration: v.strictObject({ Issuer: v.string(), Audience: v.pipe(v.array(v.string()), v.minLength(1)) }),
})

export type CorsConfiguration = NonNullable<v.InferOutput<typeof apiProperties>['CorsConfiguration']>
export type RouteSettings = v.InferOutput<typeof routeSettings>
