import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { inject } from 'vitest'
import { BASE_URL } from './pace.ts'

type Content = Record<string, { schema: unknown }>
type Operation = {
  summary?: string
  security?: Record<string, string[]>[]
  parameters?: { name: string; in: string }[]
  requestBody?: { content: Content }
  responses: Record<string, { description: string; content?: Content }>
}
export type Document = {
  openapi: string
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, unknown>; securitySchemes: Record<string, unknown> }
}
export type Route = { method: string; path: string; operation: Operation }

/** The contract as this very deployment tells it; every answer of the suite is held against it. A program asks itself. */
export const document: Document = process.env.VITEST ? inject('document') : await askForDocument()

async function askForDocument(): Promise<Document> {
  return (await (await fetch(`${BASE_URL}/openapi.json`)).json()) as Document
}

export const documentedRoutes: Route[] = Object.entries(document.paths).flatMap(([path, operations]) =>
  Object.entries(operations).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
)

/** As the gateway chooses: a literal path before one with a variable. */
export function findRoute(method: string, path: string): Route | undefined {
  const candidates = documentedRoutes.filter((route) => route.method === method && patternOf(route.path).test(path))
  return candidates.find((route) => route.path === path) ?? candidates[0]
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`)
}

const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false })
ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)
// To ajv the document is a schema too, of which only parts are ever compiled.
ajv.addVocabulary(Object.keys(document))
ajv.addSchema(document, 'openapi')
const compiled = new Map<string, ValidateFunction>()

/** What does not fit, in words; undefined when all does. `place` leads to a schema, key by key from the document's root. */
export function misfit(place: string[], value: unknown): string | undefined {
  const pointer = place.map((key) => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')
  const validate = compiled.get(pointer) ?? ajv.compile({ $ref: `openapi#/${pointer}` })
  compiled.set(pointer, validate)
  return validate(value) ? undefined : `${ajv.errorsText(validate.errors)} in ${JSON.stringify(value)?.slice(0, 500)}`
}
