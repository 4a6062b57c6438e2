import { CfnOutput, Duration, Stack, type StackProps, Validations } from 'aws-cdk-lib'
import { CfnApi, CfnApiMapping, CfnAuthorizer, CfnIntegration, CfnRoute, CfnStage } from 'aws-cdk-lib/aws-apigatewayv2'
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import { type Route, routeKey, routes, triggers } from '../functions/rows.ts'
import { zones } from '../functions/zones.ts'
import { ACCESS_LOG } from './access-log.ts'
import { addAlarms } from './alarms.ts'
import { checkTriggers, type Zones } from './check-rows.ts'
import { addConsumer } from './consumer.ts'
import { checkLimits, countResources, invokePolicyLength } from './limits.ts'
import { type RouteFunction, routeFunctions } from './route-functions.ts'
import { routeId } from './route-id.ts'
import type { Settings } from './settings.ts'
import type { StateStack } from './state-stack.ts'
import { idOf, ZoneFunction } from './zone-function.ts'

export type ApiStackProps = StackProps & {
  settings: Settings
  state: StateStack
  /** The rows of the product, unless a test passes others. */
  rows?: { routes: readonly Route[]; zones: Zones }
}

/** Has only routes and consumers: destroying and deploying this stack again loses no data and ends no session. */
export class ApiStack extends Stack {
  constructor(scope: Construct, id: string, props: ApiStackProps) {
    super(scope, id, props)
    const { settings, state, rows = { routes, zones } } = props
    const api = new CfnApi(this, 'Api', {
      name: this.stackName,
      protocolType: 'HTTP',
      disableExecuteApiEndpoint: settings.domain !== undefined,
      ...(settings.corsOrigins.length > 0 ? { corsConfiguration: cors(settings.corsOrigins, rows.routes) } : {}),
    })
    const stage = this.stage(api, props)
    checkTriggers(triggers)
    for (const row of triggers) {
      if (row.source.kind !== 'deployment') addConsumer(this, state.deployment, row, state.sources)
    }
    addAlarms(this, { apiId: api.ref, deadLetters: state.sources.deadLetters })
    this.routes(api, props, routeFunctions(settings.functionPer, rows.routes, rows.zones))
    const mapping = state.domainName
      ? new CfnApiMapping(this, 'Mapping', { apiId: api.ref, domainName: state.domainName.ref, stage: stage.ref })
      : undefined
    const url = mapping ? `https://${settings.domain?.name}` : api.attrApiEndpoint
    new CfnOutput(this, 'ApiUrl', { value: url })
  }

  private stage(api: CfnApi, { settings, state }: ApiStackProps) {
    return new CfnStage(this, 'Stage', {
      apiId: api.ref,
      stageName: '$default',
      autoDeploy: true,
      defaultRouteSettings: {
        throttlingBurstLimit: settings.burst,
        throttlingRateLimit: settings.requestsPerSecond,
      },
      accessLogSettings: {
        destinationArn: this.formatArn({
          service: 'logs',
          resource: `log-group:${state.accessLogs.logGroupName}`,
        }),
        format: JSON.stringify(ACCESS_LOG),
      },
    })
  }

  /** Three resources for each function and one for each route. One role of the API may invoke all functions. */
  private routes(api: CfnApi, { settings, state }: ApiStackProps, functions: readonly RouteFunction[]): void {
    const mayInvoke = new PolicyStatement({ actions: ['lambda:InvokeFunction'] })
    const invoker = new Role(this, 'Invoker', {
      assumedBy: new ServicePrincipal('apigateway.amazonaws.com'),
      inlinePolicies: { invoke: new PolicyDocument({ statements: [mayInvoke] }) },
    })
    const authorizer = new CfnAuthorizer(this, 'Authorizer', {
      apiId: api.ref,
      name: 'access-token',
      authorizerType: 'JWT',
      identitySource: ['$request.header.Authorization'],
      jwtConfiguration: { issuer: state.issuer, audience: [settings.audience] },
    })
    const logicalIds: string[] = []
    for (const its of functions) {
      const id = idOf(its.name)
      const { function: handler } = new ZoneFunction(this, id, state.deployment, its)
      logicalIds.push(this.getLogicalId(handler.node.defaultChild as CfnRoute))
      mayInvoke.addResources(handler.functionArn)
      const integration = new CfnIntegration(this, `${id}Integration`, {
        apiId: api.ref,
        integrationType: 'AWS_PROXY',
        integrationUri: handler.functionArn,
        payloadFormatVersion: '2.0',
        credentialsArn: invoker.roleArn,
      })
      for (const route of its.routes) {
        this.route(route, { api, authorizer, integration })
        checkLimits(route, {
          resources: countResources(this),
          policy: invokePolicyLength(this.stackName, logicalIds),
        })
      }
    }
  }

  private route(route: Route, its: { api: CfnApi; authorizer: CfnAuthorizer; integration: CfnIntegration }): void {
    const cfnRoute = new CfnRoute(this, routeId(route), {
      apiId: its.api.ref,
      routeKey: routeKey(route),
      target: `integrations/${its.integration.ref}`,
      ...(route.auth === 'jwt'
        ? { authorizationType: 'JWT', authorizerId: its.authorizer.ref }
        : { authorizationType: 'NONE' }),
    })
    if (route.auth === 'public') {
      Validations.of(cfnRoute).acknowledge({ id: 'AwsSolutions-APIG4', reason: route.because })
    }
  }
}

function cors(allowOrigins: string[], routes: readonly Route[]) {
  return {
    allowOrigins,
    allowMethods: [...new Set(routes.map((route) => route.method))],
    allowHeaders: ['authorization', 'content-type', 'idempotency-key', 'if-match'],
    exposeHeaders: ['etag', 'retry-after'],
    maxAge: Duration.hours(1).toSeconds(),
  }
}
