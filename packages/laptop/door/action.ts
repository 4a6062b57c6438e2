import type { JsonObject } from '../model.ts'
import { identifyDynamodb, identifyStreams } from './actions/dynamodb.ts'
import { identifyLambda } from './actions/lambda.ts'
import { identifyS3 } from './actions/s3.ts'
import { identifySecretsManager } from './actions/secrets-manager.ts'
import { identifySes } from './actions/ses.ts'
import { identifySqs } from './actions/sqs.ts'
import { AwsError, refuse } from './aws-error.ts'
import type { AwsRequest, Need, ServiceName } from './call.ts'
import type { Catalog } from './catalog.ts'

/** What a request asks for: its operation, and the permissions that it needs. */
export type IdentifiedCall = { operation: string; needs: Need[]; input: JsonObject; takesContent: boolean }

/** Throws the service's own refusal for an operation that the laptop cloud does not know. */
export function identify(request: AwsRequest, service: ServiceName, catalog: Catalog): IdentifiedCall {
  if (service === 's3') return { ...identifyS3(request), input: {} }
  const takesContent = false
  if (service === 'lambda') return { ...identifyLambda(request), input: {}, takesContent }
  const input = readJson(request.body)
  if (service === 'ses') return { ...identifySes(request, input), input, takesContent }
  const operation = targetOperation(request, service)
  return { operation, needs: needsOf(service, operation, request, input, catalog), input, takesContent }
}

const TARGETS: Record<Exclude<ServiceName, 's3' | 'ses' | 'lambda'>, string[]> = {
  dynamodb: ['DynamoDB_20120810.', 'DynamoDBStreams_20120810.'],
  sqs: ['AmazonSQS.'],
  secretsmanager: ['secretsmanager.'],
}

function targetOperation(request: AwsRequest, service: keyof typeof TARGETS): string {
  const target = request.headers['x-amz-target'] ?? ''
  const prefix = TARGETS[service].find((candidate) => target.startsWith(candidate))
  if (request.method !== 'POST' || request.path !== '/' || prefix === undefined) {
    throw refuse(service, 'unknownOperation', `${request.method} ${request.path} (${target}) is no call of ${service}`)
  }
  return target.slice(prefix.length)
}

function needsOf(
  service: keyof typeof TARGETS,
  operation: string,
  request: AwsRequest,
  input: JsonObject,
  catalog: Catalog,
): Need[] {
  const isStreams = request.headers['x-amz-target']?.startsWith('DynamoDBStreams_')
  const needs = {
    dynamodb: () => (isStreams ? identifyStreams : identifyDynamodb)(operation, input, catalog),
    sqs: () => identifySqs(operation, input),
    secretsmanager: () => identifySecretsManager(operation, input, catalog),
  }[service]()
  if (needs === undefined) {
    throw refuse(service, 'unknownOperation', `The laptop cloud does not know ${service}:${operation}`)
  }
  return needs
}

function readJson(body: Buffer): JsonObject {
  let parsed: unknown
  try {
    parsed = JSON.parse(body.toString('utf8'))
  } catch {
    throw new AwsError('SerializationException', 400, 'The request body is not JSON')
  }
  if (!isJsonObject(parsed)) throw new AwsError('SerializationException', 400, 'The request body is no JSON object')
  return parsed
}

function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
