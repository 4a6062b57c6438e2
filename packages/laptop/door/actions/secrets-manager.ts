import type { JsonObject } from '../../model.ts'
import type { Need } from '../call.ts'
import type { Catalog } from '../catalog.ts'
import { text } from './input.ts'

const OPERATIONS = ['GetSecretValue', 'PutSecretValue', 'DescribeSecret']

export function identifySecretsManager(operation: string, input: JsonObject, catalog: Catalog): Need[] | undefined {
  if (!OPERATIONS.includes(operation)) return undefined
  return [{ action: `secretsmanager:${operation}`, resources: [catalog.secretArn(text(input, 'SecretId'))] }]
}
