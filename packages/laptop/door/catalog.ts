import type { Json, JsonObject, Resource } from '../model.ts'

/** What must be known of the template to tell what a call asks for. */
export type Catalog = {
  /** The partition key attribute of a table, or of one of its indexes. */
  partitionKey(tableName: string, indexName?: string): string | undefined
  streamArn(tableName: string): string | undefined
  /** Gives a secret's ARN for its ARN or its name. */
  secretArn(secretId: string): string
}

export function readCatalog(resources: Resource[]): Catalog {
  const tables = new Map<string, Resource>()
  const secrets = new Map<string, string>()
  for (const resource of resources) {
    if (resource.type === 'AWS::DynamoDB::GlobalTable') tables.set(resource.ref, resource)
    if (resource.type === 'AWS::SecretsManager::Secret') secrets.set(secretName(resource.ref), resource.ref)
  }
  return {
    partitionKey(tableName, indexName) {
      const table = tables.get(tableName)
      if (table === undefined) return undefined
      const schema = indexName === undefined ? table.properties : findIndex(table.properties, indexName)
      const key = objects(schema?.KeySchema).find((element) => element.KeyType === 'HASH')
      return typeof key?.AttributeName === 'string' ? key.AttributeName : undefined
    },
    streamArn: (tableName) => tables.get(tableName)?.attributes.StreamArn,
    secretArn: (secretId) => secrets.get(secretId) ?? secretId,
  }
}

function findIndex(properties: JsonObject, indexName: string): JsonObject | undefined {
  const indexes = [...objects(properties.GlobalSecondaryIndexes), ...objects(properties.LocalSecondaryIndexes)]
  return indexes.find((index) => index.IndexName === indexName)
}

function objects(value: Json | undefined): JsonObject[] {
  const isObject = (element: Json): element is JsonObject =>
    typeof element === 'object' && element !== null && !Array.isArray(element)
  return Array.isArray(value) ? value.filter(isObject) : []
}

/** `arn:aws:secretsmanager:<region>:<account>:secret:<name>-<6 characters>` */
export function secretName(arn: string): string {
  return arn.slice(arn.indexOf(':secret:') + ':secret:'.length).replace(/-[^-]{6}$/, '')
}
