import type { RequestEvent } from '@lethe/http-api/event.ts'
import type { Assembly, Stack } from './assembly/read-assembly.ts'
import { resolveAssembly } from './assembly/resolve.ts'
import type { Credentials } from './door/credentials.ts'
import { ACCOUNT, type Json, type JsonObject, REGION } from './model.ts'
import { queueUrl } from './services/sqs.ts'
import { StartFailure } from './start-failure.ts'

/** The laptop as a container sees it. */
const HOST_OF_CONTAINERS = 'host.docker.internal'

/** By the logical id of a function: the variables that `sam local` cannot read from the template. */
export type SamEnvironment = Record<string, Record<string, string>>

export function apiStack({ stacks, folder }: Assembly): Stack {
  const stack = stacks.find(({ template }) =>
    Object.values(template.Resources).some(({ Type }) => Type === 'AWS::ApiGatewayV2::Api'),
  )
  if (!stack) throw new StartFailure(`${folder} has no stack with an HTTP API.`)
  return stack
}

export type SamAddresses = {
  doorPort: number
  apiUrl: string
  /** Variables with the door's address for clients, as in the config. */
  clientEndpointVariables: string[]
}

/** For a variable with an intrinsic, `sam local` has a made-up value or none, and it knows no endpoint of ours. */
export function samEnvironment(assembly: Assembly, addresses: SamAddresses): SamEnvironment {
  const { doorPort, apiUrl, clientEndpointVariables } = addresses
  const { name, template } = apiStack(assembly)
  const doorUrl = `http://${HOST_OF_CONTAINERS}:${doorPort}`
  const cloudAddresses = { apiUrl, queueUrl: (queue: string) => queueUrl(doorUrl, queue), streamArn: unknownStream }
  const isFunction = (type: string, stack: string) => type === 'AWS::Lambda::Function' && stack === name
  const environment: SamEnvironment = {}
  for (const { logicalId, type, stack, properties } of resolveAssembly(assembly, cloudAddresses, isFunction)) {
    if (!isFunction(type, stack)) continue
    const declared = variablesOf(template.Resources[logicalId]?.Properties)
    const resolved = variablesOf(properties)
    const overridden = Object.keys(declared).filter((variable) => typeof declared[variable] === 'object')
    environment[logicalId] = Object.fromEntries(overridden.map((variable) => [variable, String(resolved[variable])]))
    if ('AWS_ENDPOINT_URL' in declared) environment[logicalId].AWS_ENDPOINT_URL = doorUrl
    for (const variable of clientEndpointVariables) {
      if (variable in declared) environment[logicalId][variable] = `http://127.0.0.1:${doorPort}`
    }
  }
  return environment
}

/** Not needed: roles and mappings name streams, variables do not. */
const unknownStream = () => 'unknown'

function variablesOf(properties: JsonObject | undefined): { [variable: string]: Json } {
  const environment = properties?.Environment as { Variables?: JsonObject } | undefined
  return environment?.Variables ?? {}
}

/** An architecture of the functions that Docker would have to emulate on this machine. */
export function foreignArchitecture(assembly: Assembly, machine: string): string | undefined {
  const native = machine === 'arm64' ? 'arm64' : 'x86_64'
  const resources = Object.values(apiStack(assembly).template.Resources)
  const lambdas = resources.filter(({ Type }) => Type === 'AWS::Lambda::Function')
  const architectures = lambdas.flatMap(({ Properties }) => (Properties?.Architectures ?? ['x86_64']) as string[])
  return architectures.find((architecture) => architecture !== native)
}

/** The logical id of the function behind a route. */
export function functionOfRoute(assembly: Assembly, routeKey: string): string {
  const { name } = apiStack(assembly)
  const noAddress = { apiUrl: '', queueUrl: () => '', streamArn: unknownStream }
  const isOfRoute = (type: string, stack: string) =>
    stack === name && (type === 'AWS::ApiGatewayV2::Route' || type === 'AWS::ApiGatewayV2::Integration')
  const resources = resolveAssembly(assembly, noAddress, isOfRoute)
  const route = resources.find(({ properties }) => properties.RouteKey === routeKey)
  const integration = resources.find(({ ref }) => route?.properties.Target === `integrations/${ref}`)
  const lambda = resources.find(({ attributes }) => attributes.Arn === integration?.properties.IntegrationUri)
  if (!(route && integration && lambda)) throw new StartFailure(`${name} has no route ${routeKey}.`)
  return lambda.logicalId
}

/** What the gateway would send for a request without a body. The route has no path variables. */
export function exampleEvent(routeKey: string): RequestEvent {
  const [method = '', path = ''] = routeKey.split(' ')
  return {
    version: '2.0',
    routeKey,
    rawPath: path,
    rawQueryString: '',
    headers: { host: 'localhost', 'user-agent': 'sam-local', 'x-forwarded-for': '127.0.0.1' },
    requestContext: {
      accountId: ACCOUNT,
      apiId: 'local',
      domainName: 'localhost',
      domainPrefix: 'localhost',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'sam-local' },
      requestId: 'AAAAAAAAAAAAAAA=',
      routeKey,
      stage: '$default',
      time: '21/Nov/2026:00:00:00 +0000',
      timeEpoch: 1_795_219_200_000,
    },
    isBase64Encoded: false,
  }
}

export type SamCommands = {
  credentials: Credentials
  templateFile: string
  environmentFile: string
  eventFile: string
  functionId: string
  port: number
}

/** sam gives its containers the credentials of the shell, never those of a file. */
export function samCommands({ credentials, ...its }: SamCommands): string {
  const shell = [
    `export AWS_ACCESS_KEY_ID='${credentials.accessKeyId}'`,
    `export AWS_SECRET_ACCESS_KEY='${credentials.secretAccessKey}'`,
    `export AWS_SESSION_TOKEN='${credentials.sessionToken}'`,
    `export AWS_REGION=${REGION} AWS_DEFAULT_REGION=${REGION}`,
  ]
  const common = `-t ${its.templateFile} --env-vars ${its.environmentFile} --add-host ${HOST_OF_CONTAINERS}:host-gateway`
  return [
    ...shell,
    `sam local start-api ${common} --port ${its.port}`,
    `sam local invoke ${its.functionId} ${common} --event ${its.eventFile}`,
  ].join('\n')
}
