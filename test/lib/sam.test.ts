import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Assembly, readAssembly, type TemplateResource } from '@lethe/laptop/assembly/read-assembly.ts'
import { buildAssembly } from '@lethe/laptop/build.ts'
import { apiStack, exampleEvent, functionOfRoute, samEnvironment } from '@lethe/laptop/sam-files.ts'
import { beforeAll, describe, expect, test } from 'vitest'
import config from '../../laptop.config.ts'

const PROJECT = join(import.meta.dirname, '../..')

/** What aws-sam-cli 1.164 was seen to understand of such a template, as far as it can be checked without Docker. */
let assembly: Assembly
let resources: [string, TemplateResource & { Metadata?: Record<string, unknown> }][]

beforeAll(async () => {
  const folder = await buildAssembly({
    ...config.app,
    project: PROJECT,
    folder: config.folder,
    context: { issuerUrl: 'http://127.0.0.1:3001/{bucket}' },
    write: () => {},
    outdir: join(PROJECT, '.lethe/test/cdk.out'),
  })
  assembly = readAssembly(folder)
  resources = Object.entries(apiStack(assembly).template.Resources)
})

const ofType = (type: string) => resources.filter(([, resource]) => resource.Type === type)
const properties = (type: string) => ofType(type).map(([, resource]) => resource.Properties ?? {})
const idsOf = (type: string) => new Set(ofType(type).map(([id]) => id))

const LAMBDA = 'AWS::Lambda::Function'
const API = 'AWS::ApiGatewayV2::Api'
const INTEGRATION = 'AWS::ApiGatewayV2::Integration'
const ROUTE = 'AWS::ApiGatewayV2::Route'
const AUTHORIZER = 'AWS::ApiGatewayV2::Authorizer'

/** The logical id of a `Ref`, which must be the whole value. */
const refOf = (value: unknown) => {
  expect(value).toEqual({ Ref: expect.any(String) })
  return (value as { Ref: string }).Ref
}

describe('API, stage, routes, integrations, authorizer and functions are one template', () => {
  test('one API, its $default stage, and routes', () => {
    expect(properties(API)).toHaveLength(1)
    expect(properties('AWS::ApiGatewayV2::Stage').map(({ StageName }) => StageName)).toEqual(['$default'])
    expect(properties(ROUTE).length).toBeGreaterThan(0)
    expect(ofType(LAMBDA).length).toBeGreaterThan(0)
  })

  test('each part names the API by Ref', () => {
    for (const type of ['AWS::ApiGatewayV2::Stage', ROUTE, INTEGRATION, AUTHORIZER]) {
      for (const { ApiId } of properties(type)) expect(idsOf(API)).toContain(refOf(ApiId))
    }
  })

  test('each route has a method, a path and a target that joins "integrations/" and a Ref', () => {
    for (const { RouteKey, Target } of properties(ROUTE)) {
      expect(RouteKey).toMatch(/^(GET|POST|PUT|PATCH|DELETE|HEAD) \/\S*$/)
      expect(Target).toEqual({ 'Fn::Join': ['', ['integrations/', { Ref: expect.any(String) }]] })
      const [, parts] = (Target as { 'Fn::Join': [string, [string, unknown]] })['Fn::Join']
      expect(idsOf(INTEGRATION)).toContain(refOf(parts[1]))
    }
  })

  test('each integration reaches its function by Fn::GetAtt, with payload 2.0', () => {
    for (const { IntegrationUri, IntegrationType, PayloadFormatVersion } of properties(INTEGRATION)) {
      expect({ IntegrationType, PayloadFormatVersion }).toEqual({
        IntegrationType: 'AWS_PROXY',
        PayloadFormatVersion: '2.0',
      })
      expect(IntegrationUri).toEqual({ 'Fn::GetAtt': [expect.any(String), 'Arn'] })
      const [id] = (IntegrationUri as { 'Fn::GetAtt': [string] })['Fn::GetAtt']
      expect(idsOf(LAMBDA)).toContain(id)
    }
  })

  test('a protected route names the authorizer by Ref', () => {
    const protectedRoutes = properties(ROUTE).filter(({ AuthorizationType }) => AuthorizationType === 'JWT')
    expect(protectedRoutes.length).toBeGreaterThan(0)
    for (const { AuthorizerId } of protectedRoutes) expect(idsOf(AUTHORIZER)).toContain(refOf(AuthorizerId))
  })
})

describe('sam finds the code of each function and runs it without a build', () => {
  test('the template lies where the assets do', () => {
    expect(apiStack(assembly).templateFile).toBe(join(assembly.folder, `${apiStack(assembly).name}.template.json`))
  })

  test('the asset named in the metadata is the one that is deployed', () => {
    for (const [, { Metadata = {}, Properties = {} }] of ofType(LAMBDA)) {
      expect(Metadata).toMatchObject({ 'aws:asset:path': expect.any(String), 'aws:asset:property': 'Code' })
      expect(Metadata['aws:cdk:path']).toEqual(expect.any(String))
      const { S3Key } = Properties.Code as { S3Key: string }
      expect(join(assembly.folder, String(Metadata['aws:asset:path']))).toBe(assembly.assetFolder(S3Key))
    }
  })

  test('the handler is exported by a file of the asset', () => {
    for (const [, { Properties = {} }] of ofType(LAMBDA)) {
      const [module, name] = String(Properties.Handler).split('.')
      const file = join(assembly.assetFolder((Properties.Code as { S3Key: string }).S3Key), `${module}.mjs`)
      expect(readFileSync(file, 'utf8')).toMatch(new RegExp(`export ?\\{.*\\bas ${name}\\b.*\\}`))
    }
  })

  test('runtime and architecture have an image', () => {
    for (const { Runtime, Architectures } of properties(LAMBDA)) {
      expect(Runtime).toBe('nodejs24.x')
      expect([['arm64'], ['x86_64']]).toContainEqual(Architectures)
    }
  })
})

describe('what sam cannot resolve does not decide anything', () => {
  const found = (value: unknown, intrinsic: string): boolean =>
    typeof value === 'object' &&
    value !== null &&
    Object.entries(value).some(([key, member]) => key === intrinsic || found(member, intrinsic))

  test('values of other stacks are nowhere in routes, integrations and the way to the code', () => {
    for (const type of [ROUTE, INTEGRATION, API]) {
      for (const its of properties(type)) expect(found(its, 'Fn::ImportValue')).toBe(false)
    }
    for (const { Environment, Role, LoggingConfig, ...decisive } of properties(LAMBDA)) {
      expect(found(decisive, 'Fn::ImportValue')).toBe(false)
    }
  })

  test('sam turns Fn::GetStackOutput into nothing: it is not used', () => {
    for (const { template } of assembly.stacks) expect(found(template, 'Fn::GetStackOutput')).toBe(false)
  })
})

describe('sam.env.json', () => {
  const variablesOf = (id: string) => {
    const { Properties } = resources.find(([other]) => other === id)![1]
    return (Properties!.Environment as { Variables: Record<string, unknown> }).Variables
  }
  const environment = () =>
    samEnvironment(assembly, {
      doorPort: 3002,
      apiUrl: 'http://127.0.0.1:3000',
      clientEndpointVariables: config.sam.clientEndpointVariables,
    })

  test('has every function, by its logical id', () => {
    expect(new Set(Object.keys(environment()))).toEqual(idsOf(LAMBDA))
  })

  test('holds only variables that the template declares, for sam drops the others', () => {
    for (const [id, overrides] of Object.entries(environment())) {
      expect(Object.keys(variablesOf(id))).toEqual(expect.arrayContaining(Object.keys(overrides)))
    }
  })

  test('overrides every variable whose value is an intrinsic, and the endpoint of each function', () => {
    for (const [id, overrides] of Object.entries(environment())) {
      const intrinsics = Object.entries(variablesOf(id)).filter(([, value]) => typeof value !== 'string')
      for (const [variable] of intrinsics) expect(overrides[variable], `${id} ${variable}`).toMatch(/^.+$/)
      expect(overrides.AWS_ENDPOINT_URL).toBe('http://host.docker.internal:3002')
    }
  })

  test('sends no container to its own loopback; the issuer is only compared, the address of files only told to clients', () => {
    for (const { ISSUER, FILES_ENDPOINT, ...overrides } of Object.values(environment())) {
      expect(JSON.stringify(overrides)).not.toMatch(/127\.0\.0\.1|localhost/)
      if (FILES_ENDPOINT !== undefined) expect(FILES_ENDPOINT).toBe('http://127.0.0.1:3002')
      if (ISSUER !== undefined) expect(ISSUER).toMatch(/^http:\/\/127\.0\.0\.1:3001\/.+/)
    }
  })
})

test('the event to invoke with is for a route of the template', () => {
  expect(properties(ROUTE).map(({ RouteKey }) => RouteKey)).toContain(exampleEvent(config.sam.route).routeKey)
  expect(idsOf(LAMBDA)).toContain(functionOfRoute(assembly, config.sam.route))
})
