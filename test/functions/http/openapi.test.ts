import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import type { ErrorCode } from '../../../functions/errors.ts'
import { PROBLEMS } from '../../../functions/http/problem.ts'
import { routes } from '../../../functions/rows.ts'
import { handler } from '../../../functions/system/get-openapi.ts'
import { ask } from '../../helpers/gateway-event.ts'
import { promisesOf } from '../../lib/routes-page.ts'

type Schema = Record<string, unknown>
type Content = Record<string, { schema: Schema }>
type Operation = {
  summary: string
  security?: Record<string, string[]>[]
  parameters?: { name: string; in: string; required: boolean; schema: Schema }[]
  requestBody?: { required: boolean; content: Content }
  responses: Record<string, { description: string; content?: Content }>
}

/** What docs/routes.md promises to clients, written out. */
const page = readFileSync(join(import.meta.dirname, '../../../docs/routes.md'), 'utf8')
const PROMISED = Object.fromEntries(promisesOf(page).map((promise) => [promise.route, promise]))

const { status, body: document } = await ask(handler, { method: 'GET', path: '/openapi.json' })
const operationOf = (path: string, method: string): Operation => document.paths[path]?.[method.toLowerCase()]
const operations = routes.map((route) => ({ ...route, operation: operationOf(route.path, route.method) }))

/** The parts of OpenAPI 3.1 that the document uses; anything else in it would be a mistake. */
const closed = (required: string[], properties: Schema, optional: Schema = {}) => ({
  type: 'object',
  required,
  additionalProperties: false,
  properties: { ...properties, ...optional },
})
const TEXT = { type: 'string', minLength: 1 }
const CONTENT = {
  type: 'object',
  minProperties: 1,
  additionalProperties: closed(['schema'], { schema: { type: 'object' } }),
}
const OPERATION = closed(
  ['summary', 'responses'],
  {
    summary: TEXT,
    responses: {
      type: 'object',
      propertyNames: { pattern: '^[1-5]\\d\\d$' },
      additionalProperties: closed(['description'], { description: TEXT }, { content: CONTENT }),
    },
  },
  {
    security: { const: [{ accessToken: [] }] },
    parameters: {
      type: 'array',
      minItems: 1,
      items: closed(['name', 'in', 'required', 'schema'], {
        name: TEXT,
        in: { enum: ['path', 'query', 'header'] },
        required: { type: 'boolean' },
        schema: { type: 'object' },
      }),
    },
    requestBody: closed(['required', 'content'], { required: { const: true }, content: CONTENT }),
  },
)
const DOCUMENT = closed(['openapi', 'info', 'paths', 'components'], {
  openapi: { const: '3.1.0' },
  info: closed(['title', 'version', 'description'], { title: TEXT, version: TEXT, description: TEXT }),
  paths: {
    type: 'object',
    propertyNames: { pattern: '^/' },
    additionalProperties: {
      type: 'object',
      propertyNames: { enum: ['get', 'post', 'put', 'patch', 'delete'] },
      additionalProperties: OPERATION,
    },
  },
  components: { type: 'object' },
})

const ajv = new Ajv2020({ strict: true, strictTypes: false, keywords: ['components'], formats: { 'date-time': true } })

/** With `#/components/...` resolvable, as a client's validator would have it. */
function compile(schema: Schema) {
  return ajv.compile({ ...schema, components: document.components })
}

/** Each schema of the document once. */
function allSchemas(): Schema[] {
  const schemas = operations.flatMap(({ operation: { parameters = [], requestBody, responses } }) => [
    ...parameters.map(({ schema }) => schema),
    ...[requestBody, ...Object.values(responses)]
      .flatMap((part) => Object.values(part?.content ?? {}))
      .map(({ schema }) => schema),
  ])
  return [...new Map(schemas.map((schema) => [JSON.stringify(schema), schema])).values()]
}

describe('the document', () => {
  it('is answered, and is OpenAPI 3.1', () => {
    expect(status).toBe(200)
    const valid = new Ajv2020({ allErrors: true }).compile(DOCUMENT)
    valid(document)
    expect(valid.errors).toBeNull()
  })

  it('has an operation for every route, and none besides', () => {
    const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods as object).map((method) => `${method.toUpperCase()} ${path}`),
    )
    expect(documented.toSorted()).toEqual(routes.map(({ method, path }) => `${method} ${path}`).toSorted())
  })

  it('has schemas that a validator takes, with every reference in it', () => {
    expect(allSchemas().length).toBeGreaterThan(30)
    for (const schema of allSchemas()) expect(() => compile(schema), JSON.stringify(schema)).not.toThrow()
  })
})

describe.each(operations)('$method $path', ({ method, path, auth, operation }) => {
  const route = `${method} ${path}`
  const codesOf = (response: Operation['responses'][string] | undefined): string[] => {
    const [, own] = (response?.content?.['application/problem+json']?.schema.allOf ?? []) as [
      Schema,
      { properties: { code: { enum: string[] } } },
    ]
    return own?.properties.code.enum ?? []
  }

  it('asks for an access token exactly when the gateway does', () => {
    expect(operation.security !== undefined).toBe(auth === 'jwt')
  })

  it('declares each parameter of its path, and only once', () => {
    const inPath = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path')
    expect(inPath.map(({ name }) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g) ?? [])
    for (const { required } of inPath) expect(required).toBe(true)
    const names = (operation.parameters ?? []).map((parameter) => `${parameter.in} ${parameter.name}`)
    expect(new Set(names).size).toBe(names.length)
  })

  it('tells of its success and of every refusal by status and code', () => {
    const successes = Object.keys(operation.responses).filter((code) => code < '400')
    expect(successes).toEqual(PROMISED[route]?.success)
    const codes: ErrorCode[] = [
      'invalid_input',
      'body_too_large',
      'internal_error',
      'store_unavailable',
      ...(operation.requestBody ? (['invalid_json', 'unsupported_media_type'] as const) : []),
      ...(auth === 'jwt' ? (['token_invalid', 'session_ended'] as const) : []),
      ...((PROMISED[route]?.refuses ?? []) as ErrorCode[]),
    ]
    const documented = Object.values(operation.responses).flatMap(codesOf)
    expect(documented.toSorted()).toEqual(codes.toSorted())
    for (const code of codes) expect(codesOf(operation.responses[PROBLEMS[code].status])).toContain(code)
  })

  it('tells where the gateway answers in its own words', () => {
    for (const own of ['401', '403', '404', '413', '429', '500', '503']) {
      expect(operation.responses[own]?.content?.['application/json']?.schema).toEqual({
        $ref: '#/components/schemas/GatewayError',
      })
    }
  })
})

describe('what it says of problems', () => {
  const problemOf = (code: ErrorCode) => ({
    type: `urn:lethe:problem:${code}`,
    title: PROBLEMS[code].title,
    status: PROBLEMS[code].status,
    code,
  })

  it('fits every problem there is, and no code that is unknown', () => {
    const valid = compile({ $ref: '#/components/schemas/Problem' })
    for (const code of Object.keys(PROBLEMS) as ErrorCode[]) expect(valid(problemOf(code)), code).toBe(true)
    expect(valid({ ...problemOf('invalid_input'), errors: [{ field: 'email', message: 'is wrong' }] })).toBe(true)
    expect(valid({ ...problemOf('invalid_input'), code: 'unknown' })).toBe(false)
    expect(valid({ ...problemOf('invalid_input'), stack: 'x' })).toBe(false)
  })

  it('keeps the codes of one status from another', () => {
    const { schema } = operationOf('/me', 'GET').responses['401']?.content?.['application/problem+json'] ?? {}
    const valid = compile(schema ?? {})
    expect(valid(problemOf('session_ended'))).toBe(true)
    expect(valid(problemOf('store_unavailable'))).toBe(false)
  })
})
