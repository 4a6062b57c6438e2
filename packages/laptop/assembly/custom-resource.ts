import { randomUUID } from 'node:crypto'
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Invoke } from '../lambda/model.ts'
import type { Json, JsonObject, Resource } from '../model.ts'
import { StartFailure } from '../start-failure.ts'
import { readStateFile, unreadableState } from '../state.ts'
import { type AnswerServer, type CustomResourceAnswer, startAnswerServer } from './answer-server.ts'
import { stackId } from './resolve.ts'
import { isCustomResource } from './resource-types.ts'

/** A custom resource that exists, and what it was made from. If that changes, it is updated. */
type CustomResourceRecord = { physicalResourceId: string; properties: JsonObject; code: Json }
type CustomResourceOrder = {
  name: string
  resource: Resource
  lambda: Resource
  wanted: Omit<CustomResourceRecord, 'physicalResourceId'>
  made: CustomResourceRecord | undefined
}

const FILE = 'custom-resources.json'

/** Does what CloudFormation does in a deployment: creates new custom resources and updates changed ones. */
export async function ensureCustomResources(options: {
  resources: Resource[]
  stateFolder: string
  invoke: Invoke
}): Promise<void> {
  const { resources, stateFolder, invoke } = options
  const made = readMade(stateFolder)
  const due = resources
    .filter(({ type }) => isCustomResource(type))
    .map((resource) => orderOf(resource, resources, made))
    .filter(({ wanted, made }) => !made || !isDeepStrictEqual({ ...made, ...wanted }, made))
  if (due.length === 0) return
  const answers = await startAnswerServer()
  try {
    for (const order of due) {
      made[order.name] = { physicalResourceId: await carryOut(order, invoke, answers), ...order.wanted }
      writeMade(stateFolder, made)
    }
  } finally {
    await answers.close()
  }
}

function orderOf(
  resource: Resource,
  resources: Resource[],
  made: Record<string, CustomResourceRecord>,
): CustomResourceOrder {
  const name = `${resource.stack}/${resource.logicalId}`
  const properties = withTextLeaves(resource.properties) as JsonObject
  const lambda = resources.find(
    ({ type, attributes }) => type === 'AWS::Lambda::Function' && attributes.Arn === properties.ServiceToken,
  )
  if (!lambda) throw new StartFailure(`${name}: its ServiceToken is not a function of this assembly`)
  return { name, resource, lambda, wanted: { properties, code: lambda.properties.Code ?? null }, made: made[name] }
}

/** Creates or updates it; gives its physical resource id. */
async function carryOut(order: CustomResourceOrder, invoke: Invoke, answers: AnswerServer): Promise<string> {
  const { name, resource, lambda, wanted, made } = order
  const { url, answer } = answers.expectOne()
  const request = {
    RequestType: made ? 'Update' : 'Create',
    ServiceToken: lambda.attributes.Arn,
    ResponseURL: url,
    StackId: stackId(resource.stack),
    RequestId: randomUUID(),
    LogicalResourceId: resource.logicalId,
    ResourceType: resource.type,
    ResourceProperties: wanted.properties,
    ...(made ? { PhysicalResourceId: made.physicalResourceId, OldResourceProperties: made.properties } : {}),
  }
  const failed = invoke(lambda.ref, JSON.stringify(request)).then(({ functionError, payload }) => {
    if (functionError) throw new Error(`its function failed: ${JSON.parse(payload).errorMessage}`)
    // Without an error, the end of the function means nothing: wait for the answer.
    return new Promise<never>(() => {})
  })
  try {
    const given = await within(Number(wanted.properties.ServiceTimeout ?? 3600), Promise.race([answer, failed]))
    return acceptedId(given, request)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new StartFailure(`${name} could not be ${made ? 'updated' : 'created'}: ${why}`, { cause })
  }
}

function acceptedId(
  answer: CustomResourceAnswer,
  request: Required<Omit<CustomResourceAnswer, 'Status' | 'Reason' | 'PhysicalResourceId'>> & {
    PhysicalResourceId?: string
  },
): string {
  if (answer.Status === 'FAILED') throw new Error(answer.Reason ?? 'it failed without a reason')
  if (answer.Status !== 'SUCCESS') throw new Error(`its answer has the status ${answer.Status}`)
  for (const member of ['StackId', 'RequestId', 'LogicalResourceId'] as const) {
    if (answer[member] !== request[member]) throw new Error(`its answer is for another ${member}`)
  }
  if (!answer.PhysicalResourceId) throw new Error('its answer has no PhysicalResourceId')
  if (request.PhysicalResourceId && answer.PhysicalResourceId !== request.PhysicalResourceId) {
    throw new Error('it answered another PhysicalResourceId, and the laptop cloud replaces no custom resource')
  }
  return answer.PhysicalResourceId
}

async function within<T>(seconds: number, work: Promise<T>): Promise<T> {
  const { promise: tooLate, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`no answer within ${seconds} s`)), seconds * 1000)
  return await Promise.race([work, tooLate]).finally(() => clearTimeout(timer))
}

/** CloudFormation passes every value as text. */
function withTextLeaves(value: Json): Json {
  if (Array.isArray(value)) return value.map(withTextLeaves)
  if (value === null || typeof value !== 'object') return String(value)
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withTextLeaves(member)]))
}

function readMade(stateFolder: string): Record<string, CustomResourceRecord> {
  const content = readStateFile(stateFolder, FILE) ?? {}
  if (
    typeof content !== 'object' ||
    Object.values(content).some((made) => typeof made?.physicalResourceId !== 'string')
  ) {
    throw unreadableState(stateFolder, `${FILE} is damaged`)
  }
  return content as Record<string, CustomResourceRecord>
}

function writeMade(stateFolder: string, made: Record<string, CustomResourceRecord>) {
  const file = join(stateFolder, FILE)
  writeFileSync(`${file}.new`, JSON.stringify(made, undefined, 2))
  renameSync(`${file}.new`, file)
}
