import type { JsonObject } from '../../model.ts'
import { AwsError } from '../aws-error.ts'
import { object, text } from './input.ts'

/** `dynamodb:LeadingKeys`: the partition key value that an item request names. */
export function keyValue(key: JsonObject, partitionKey: string | undefined): string {
  return scalar(partitionKey === undefined ? undefined : key[partitionKey], partitionKey)
}

/** The value that a Query's KeyConditionExpression compares the partition key with. */
export function queriedKeyValue(input: JsonObject, partitionKey: string | undefined): string {
  const names = input.ExpressionAttributeNames === undefined ? {} : object(input.ExpressionAttributeNames, 'names')
  const equalities = text(input, 'KeyConditionExpression').matchAll(/(#?[\w.-]+)\s*=\s*(:\w+)/g)
  for (const [, name = '', placeholder = ''] of equalities) {
    if ((name.startsWith('#') ? names[name] : name) === partitionKey) {
      return scalar(object(input.ExpressionAttributeValues, 'values')[placeholder], partitionKey)
    }
  }
  return scalar(undefined, partitionKey)
}

/** Throws if there is no value: IAM's ForAllValues is true for an empty list and would allow the whole table. */
function scalar(value: JsonObject[string] | undefined, partitionKey: string | undefined): string {
  const typed =
    typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.values(value)[0] : undefined
  if (typeof typed !== 'string') {
    throw new AwsError('ValidationException', 400, `The request names no value of the partition key ${partitionKey}`)
  }
  return typed
}
