import type { Json, JsonObject } from '../../model.ts'
import { AwsError } from '../aws-error.ts'

export function text(input: JsonObject, name: string): string {
  const value = input[name]
  if (typeof value !== 'string' || value === '')
    throw new AwsError('ValidationException', 400, `${name} must be a text`)
  return value
}

export function object(value: Json | undefined, name: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new AwsError('ValidationException', 400, `${name} must be an object`)
  }
  return value
}

export function list(value: Json | undefined, name: string): Json[] {
  if (!Array.isArray(value)) throw new AwsError('ValidationException', 400, `${name} must be a list`)
  return value
}
