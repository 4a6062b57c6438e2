import type { CorsRules } from '@lethe/http-api/cors.ts'
import type { TokenRules } from '@lethe/http-api/jwt-claims.ts'
import { type RoutePattern, routePattern } from '@lethe/http-api/route-match.ts'
import type { GenericSchema, InferOutput } from 'valibot'
import type { Resource } from '../model.ts'
import { nameOf, parseProperties } from '../properties.ts'
import {
  apiProperties,
  authorizerProperties,
  type CorsConfiguration,
  integrationProperties,
  type RouteSettings,
  routeProperties,
  stageProperties,
} from './api-properties.ts'

export type Integration = {
  functionArn: string
  functionName: string
  roleArn: string
  timeoutMilliseconds: number
}

export type Route = {
  routeKey: string
  pattern: RoutePattern
  integration: Integration
  /** Undefined for a route that is open to everyone. */
  authorization: { authorizer: TokenRules; scopes: string[] | undefined } | undefined
}

export type Stage = {
  name: string
  variables: Record<string, string>
  defaultSettings: RouteSettings | undefined
  routeSettings: Record<string, RouteSettings>
}

export type HttpApi = {
  id: string
  cors: CorsRules | undefined
  stages: Stage[]
  routes: Route[]
  authorizers: TokenRules[]
}

/** Reads the one HTTP API among the resources. Throws an Error that names what could not be served as AWS does. */
export function httpApi(resources: Resource[]): HttpApi {
  const apis = ofType(resources, 'Api')
  const [api] = apis
  if (!api || apis.length > 1) throw new Error(`${apis.length} resources of AWS::ApiGatewayV2::Api, but one is served`)
  const parts = partsOf(api, resources)
  const integrations = parts('Integration', integrationProperties, (properties) => ({
    ...functionOf(resources, properties.IntegrationUri),
    roleArn: properties.CredentialsArn,
    timeoutMilliseconds: properties.TimeoutInMillis,
  }))
  const authorizers = parts('Authorizer', authorizerProperties, ({ JwtConfiguration: { Issuer, Audience } }) => ({
    issuer: Issuer,
    audience: Audience,
  }))
  const routes = parts('Route', routeProperties, (properties) => ({
    routeKey: properties.RouteKey,
    pattern: routePattern(properties.RouteKey),
    integration: referred(integrations, properties.Target.replace(/^integrations\//, '')),
    authorization: properties.AuthorizerId
      ? { authorizer: referred(authorizers, properties.AuthorizerId), scopes: properties.AuthorizationScopes }
      : undefined,
  }))
  const stages = parts('Stage', stageProperties, (properties) => ({
    name: properties.StageName,
    variables: properties.StageVariables,
    defaultSettings: properties.DefaultRouteSettings,
    routeSettings: properties.RouteSettings,
  }))
  const complete = {
    id: api.ref,
    cors: corsRules(parseProperties(apiProperties, api).CorsConfiguration),
    stages: [...stages.values()],
    routes: [...routes.values()],
    authorizers: [...authorizers.values()],
  }
  assertRouteKeys(complete)
  return complete
}

function corsRules(cors: CorsConfiguration | undefined): CorsRules | undefined {
  return (
    cors && {
      allowCredentials: cors.AllowCredentials,
      allowHeaders: cors.AllowHeaders,
      allowMethods: cors.AllowMethods,
      allowOrigins: cors.AllowOrigins,
      exposeHeaders: cors.ExposeHeaders,
      maxAgeSeconds: cors.MaxAge,
    }
  )
}

function ofType(resources: Resource[], type: string): Resource[] {
  return resources.filter((resource) => resource.type === `AWS::ApiGatewayV2::${type}`)
}

/** Reads all resources of a type, by what `Ref` gives for them. An error names its resource. */
function partsOf(api: Resource, resources: Resource[]) {
  return <const Schema extends GenericSchema<unknown, { ApiId: string }>, Part>(
    type: string,
    schema: Schema,
    make: (properties: InferOutput<Schema>) => Part,
  ): Map<string, Part> => {
    const parts = ofType(resources, type).map((resource) => {
      const properties = parseProperties(schema, resource)
      try {
        if (properties.ApiId !== api.ref) throw new Error(`ApiId: ${properties.ApiId} is not ${api.ref}`)
        return [resource.ref, make(properties)] as const
      } catch (cause) {
        throw new Error(`${nameOf(resource)}: ${cause instanceof Error ? cause.message : cause}`, { cause })
      }
    })
    return new Map(parts)
  }
}

function functionOf(resources: Resource[], arn: string): { functionArn: string; functionName: string } {
  const lambda = resources.find(({ type, attributes }) => type === 'AWS::Lambda::Function' && attributes.Arn === arn)
  if (!lambda) throw new Error(`IntegrationUri: ${arn} is not the ARN of a function`)
  return { functionArn: arn, functionName: lambda.ref }
}

function referred<Part>(parts: Map<string, Part>, ref: string): Part {
  const part = parts.get(ref)
  if (!part) throw new Error(`refers to ${ref}, which does not exist`)
  return part
}

function assertRouteKeys({ routes, stages }: HttpApi): void {
  const keys = new Set<string>()
  for (const { routeKey } of routes) {
    if (keys.has(routeKey)) throw new Error(`Route with key ${routeKey} already exists for this API`)
    keys.add(routeKey)
  }
  const unknown = stages.flatMap(({ routeSettings }) => Object.keys(routeSettings)).find((key) => !keys.has(key))
  if (unknown) throw new Error(`Unable to find Route by key ${unknown} within the provided RouteSettings`)
}
