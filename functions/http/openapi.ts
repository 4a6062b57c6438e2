import { toJsonSchema } from '@valibot/to-json-schema'
import type { GenericSchema } from 'valibot'
import type { ErrorCode } from '../errors.ts'
import type { Contract } from './contract.ts'
import { PROBLEMS } from './problem.ts'

export type DocumentedRoute = { method: string; path: string; auth: 'public' | 'jwt'; contract: Contract }

/** What any route of a kind can answer, whatever its contract says. */
const ALWAYS: readonly ErrorCode[] = ['invalid_input', 'internal_error', 'store_unavailable', 'body_too_large']
const WITH_BODY: readonly ErrorCode[] = ['invalid_json', 'unsupported_media_type']
const WITH_TOKEN: readonly ErrorCode[] = ['token_invalid', 'session_ended']
const GATEWAY_STATUSES = [401, 403, 404, 413, 429, 500, 503] as const

export function openapiDocument(routes: readonly DocumentedRoute[]) {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(route) }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Lethe', version: '1', description: 'Accounts, sessions and files.' },
    paths,
    components: {
      securitySchemes: { accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'at+jwt' } },
      schemas: { Problem: problemSchema, GatewayError: gatewayErrorSchema },
    },
  }
}

function operation({ contract, auth }: DocumentedRoute) {
  const parameters = [
    ...parametersOf('path', contract.path),
    ...parametersOf('query', contract.query),
    ...(contract.versioned ? [header('If-Match')] : []),
    ...(contract.repeatable ? [header('Idempotency-Key')] : []),
  ]
  return {
    summary: contract.summary,
    ...(auth === 'jwt' ? { security: [{ accessToken: [] }] } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(contract.body
      ? {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: jsonSchema(contract.body, 'input') } },
          },
        }
      : {}),
    responses: { ...answersOf(contract), ...refusalsOf(contract, auth) },
  }
}

const header = (name: string) => ({ name, in: 'header', required: false, schema: { type: 'string' } })

function answersOf({ answers }: Contract) {
  return Object.fromEntries(
    Object.entries(answers).map(([status, schema]) => [
      status,
      schema
        ? { description: 'Done.', content: { 'application/json': { schema: jsonSchema(schema, 'output') } } }
        : { description: 'Done; no body.' },
    ]),
  )
}

/** For each status: the codes of the handler, and whether the gateway can answer in its own format too. */
function refusalsOf(contract: Contract, auth: 'public' | 'jwt') {
  const codes = [
    ...ALWAYS,
    ...(contract.body ? WITH_BODY : []),
    ...(auth === 'jwt' ? WITH_TOKEN : []),
    ...(contract.repeatable ? (['idempotency_key_reused'] as const) : []),
    ...(contract.givesTokens ? (['header_refused'] as const) : []),
    ...(contract.problems ?? []),
  ]
  const statuses = new Set<number>([...codes.map((code) => PROBLEMS[code].status), ...GATEWAY_STATUSES])
  return Object.fromEntries([...statuses].sort().map((status) => [status, refusal(status, codes)]))
}

function refusal(status: number, codes: readonly ErrorCode[]) {
  const own = codes.filter((code) => PROBLEMS[code].status === status)
  const gateway = GATEWAY_STATUSES.some((known) => known === status)
  return {
    description: own.length > 0 ? own.join(', ') : 'Answered by the gateway.',
    content: {
      ...(own.length > 0
        ? {
            'application/problem+json': {
              schema: {
                allOf: [{ $ref: '#/components/schemas/Problem' }, { properties: { code: { enum: own } } }],
              },
            },
          }
        : {}),
      ...(gateway ? { 'application/json': { schema: { $ref: '#/components/schemas/GatewayError' } } } : {}),
    },
  }
}

function parametersOf(place: 'path' | 'query', schema: GenericSchema | undefined) {
  if (!schema) return []
  const { properties = {}, required = [] } = jsonSchema(schema, 'input')
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: required.includes(name),
    schema: property,
  }))
}

/** JSON Schema cannot express some checks (well-formed Unicode, trimming). Only the validation makes them. */
function jsonSchema(schema: GenericSchema, typeMode: 'input' | 'output') {
  const { $schema: _, ...document } = toJsonSchema(schema, { errorMode: 'ignore', typeMode })
  return document
}

const problemSchema = {
  type: 'object',
  description: 'RFC 9457, answered by Lethe. `code` is stable: switch on it.',
  required: ['type', 'title', 'status', 'code'],
  additionalProperties: false,
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: Object.keys(PROBLEMS) },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['field', 'message'],
        additionalProperties: false,
        properties: { field: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
}

const gatewayErrorSchema = {
  type: 'object',
  description: 'Answered by API Gateway before or instead of Lethe.',
  required: ['message'],
  additionalProperties: false,
  properties: { message: { type: 'string' } },
}
