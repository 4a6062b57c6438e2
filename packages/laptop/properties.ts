import * as v from 'valibot'
import type { Resource } from './model.ts'

/**
 * The properties of a resource, checked by its schema. Schemas are strict: a property that the laptop cloud does not
 * understand is never ignored, but an error that names it.
 */
export function parseProperties<const Schema extends v.GenericSchema>(
  schema: Schema,
  resource: Resource,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, resource.properties)
  if (result.success) return result.output
  const issue = result.issues[0]
  throw new Error(`${nameOf(resource)}: ${v.getDotPath(issue) ?? 'properties'}: ${issue.message}`)
}

export function nameOf({ stack, logicalId, type }: Resource): string {
  return `${stack}/${logicalId} (${type})`
}
