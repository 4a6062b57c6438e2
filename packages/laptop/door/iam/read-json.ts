import type { Json, JsonObject } from '../../model.ts'

export function objectAt(value: Json | undefined, where: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${where} must be an object`)
  return value
}

/** A text or a list of texts. Throws for a policy variable, which would have to be filled in. */
export function textsAt(value: Json | undefined, where: string): string[] {
  const values = Array.isArray(value) ? value : [value]
  return values.map((element) => {
    const text = typeof element === 'boolean' ? String(element) : element
    if (typeof text !== 'string') throw new Error(`${where} must be a text or a list of texts`)
    if (text.includes('${')) throw new Error(`${where}: the policy variable in ${text} is not understood`)
    return text
  })
}

export function listAt(value: Json | undefined, where: string): Json[] {
  if (value === undefined) return []
  if (!Array.isArray(value)) throw new Error(`${where} must be a list`)
  return value
}

export function refuseOthers(value: JsonObject, known: string[], where: string): void {
  const stranger = Object.keys(value).find((key) => !known.includes(key))
  if (stranger !== undefined) throw new Error(`${where}: ${stranger} is not understood`)
}
