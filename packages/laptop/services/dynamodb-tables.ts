import type { Json, JsonObject, Resource } from '../model.ts'
import { StartFailure } from '../start-failure.ts'
import { type DynamodbEndpoint, DynamodbError } from './dynamodb-endpoint.ts'

export type Table = {
  name: string
  /** The attribute names of the primary key. */
  keys: string[]
  ttlAttribute: string | undefined
  /** With the region and account that the DynamoDB behind the door uses; undefined without a stream. */
  backendStreamArn: string | undefined
}

/** Creates missing tables, and changes TTL and stream of existing ones to what the template says. */
export async function ensureTables(endpoint: DynamodbEndpoint, resources: Resource[]): Promise<Map<string, Table>> {
  const wanted = resources.filter(({ type }) => type === 'AWS::DynamoDB::GlobalTable')
  const tables = await Promise.all(wanted.map((resource) => ensureTable(endpoint, resource)))
  return new Map(tables.map((table) => [table.name, table]))
}

async function ensureTable(endpoint: DynamodbEndpoint, resource: Resource): Promise<Table> {
  const name = resource.ref
  const { properties } = resource
  const existing = await describe(endpoint, name)
  if (existing === undefined) await endpoint.call('CreateTable', creation(name, properties))
  else await reconcile(endpoint, name, existing, properties)
  const ttlAttribute = await ensureTtl(endpoint, name, properties)
  const description = await describe(endpoint, name)
  const streamArn = isStreaming(description) ? description?.LatestStreamArn : undefined
  return {
    name,
    keys: objects(properties.KeySchema).map(({ AttributeName }) => String(AttributeName)),
    ttlAttribute,
    backendStreamArn: typeof streamArn === 'string' ? streamArn : undefined,
  }
}

async function describe(endpoint: DynamodbEndpoint, name: string): Promise<JsonObject | undefined> {
  try {
    return asObject((await endpoint.call('DescribeTable', { TableName: name })).Table)
  } catch (error) {
    if (error instanceof DynamodbError && error.code === 'ResourceNotFoundException') return undefined
    throw error
  }
}

function creation(name: string, properties: JsonObject): JsonObject {
  const input: JsonObject = { TableName: name, BillingMode: 'PAY_PER_REQUEST' }
  for (const part of ['KeySchema', 'AttributeDefinitions', 'GlobalSecondaryIndexes', 'LocalSecondaryIndexes']) {
    const value = properties[part]
    if (value !== undefined) input[part] = value
  }
  const viewType = wantedViewType(properties)
  if (viewType !== undefined) input.StreamSpecification = { StreamEnabled: true, StreamViewType: viewType }
  return input
}

async function reconcile(endpoint: DynamodbEndpoint, name: string, existing: JsonObject, properties: JsonObject) {
  for (const part of ['KeySchema', 'AttributeDefinitions'] as const) {
    if (canonical(existing[part]) !== canonical(properties[part]))
      throw changed(name, part, existing[part], properties[part])
  }
  for (const part of ['GlobalSecondaryIndexes', 'LocalSecondaryIndexes'] as const) {
    const before = indexes(existing[part])
    const after = indexes(properties[part])
    if (canonical(before) !== canonical(after)) throw changed(name, part, before, after)
  }
  const viewType = wantedViewType(properties)
  const current = isStreaming(existing) ? asObject(existing.StreamSpecification)?.StreamViewType : undefined
  if (viewType === current) return
  if (current !== undefined) await updateStream(endpoint, name, { StreamEnabled: false })
  if (viewType !== undefined) await updateStream(endpoint, name, { StreamEnabled: true, StreamViewType: viewType })
}

function changed(name: string, part: string, before: Json | undefined, after: Json | undefined): StartFailure {
  const show = (value: Json | undefined) => JSON.stringify(value ?? [])
  return new StartFailure(
    `Table ${name} was made with ${part} ${show(before)} and cannot change to ${show(after)}: add --fresh to start anew.`,
  )
}

function updateStream(endpoint: DynamodbEndpoint, name: string, specification: JsonObject): Promise<JsonObject> {
  return endpoint.call('UpdateTable', { TableName: name, StreamSpecification: specification })
}

async function ensureTtl(
  endpoint: DynamodbEndpoint,
  name: string,
  properties: JsonObject,
): Promise<string | undefined> {
  const specification = asObject(properties.TimeToLiveSpecification)
  const wanted = specification?.Enabled === true ? String(specification.AttributeName) : undefined
  const { TimeToLiveDescription } = await endpoint.call('DescribeTimeToLive', { TableName: name })
  const current = asObject(TimeToLiveDescription)
  const currentAttribute = current?.TimeToLiveStatus === 'ENABLED' ? String(current.AttributeName) : undefined
  if (wanted === currentAttribute) return wanted
  const switchTtl = (AttributeName: string, Enabled: boolean) =>
    endpoint.call('UpdateTimeToLive', { TableName: name, TimeToLiveSpecification: { AttributeName, Enabled } })
  if (currentAttribute !== undefined) await switchTtl(currentAttribute, false)
  if (wanted !== undefined) await switchTtl(wanted, true)
  return wanted
}

function isStreaming(description: JsonObject | undefined): boolean {
  return asObject(description?.StreamSpecification)?.StreamEnabled === true
}

function wantedViewType(properties: JsonObject): string | undefined {
  const viewType = asObject(properties.StreamSpecification)?.StreamViewType
  return typeof viewType === 'string' ? viewType : undefined
}

function indexes(value: Json | undefined): JsonObject[] {
  return objects(value).map((index): JsonObject => {
    const { IndexName = null, KeySchema = null, Projection = null } = index
    return { IndexName, KeySchema, Projection }
  })
}

/** For comparing: neither the order of a list of definitions nor that of an object's keys matters. */
function canonical(value: Json | undefined): string {
  const sorted = (_key: string, part: unknown) =>
    asObject(part) === undefined ? part : Object.fromEntries(Object.entries(part as JsonObject).sort())
  return objects(value)
    .map((element) => JSON.stringify(element, sorted))
    .sort()
    .join()
}

function objects(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.map(asObject).filter((element) => element !== undefined) : []
}

function asObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined
}
