import * as v from 'valibot'
import type { Resource } from '../model.ts'
import { nameOf, parseProperties } from '../properties.ts'

const count = v.pipe(v.number(), v.integer(), v.minValue(0))

const functionProperties = v.strictObject({
  Code: v.unknown(),
  Handler: v.string(),
  Role: v.string(),
  Runtime: v.literal('nodejs24.x'),
  Timeout: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(900)), 3),
  MemorySize: v.optional(v.pipe(v.number(), v.integer(), v.minValue(128), v.maxValue(10_240)), 128),
  ReservedConcurrentExecutions: v.optional(count),
  Environment: v.optional(v.strictObject({ Variables: v.optional(v.record(v.string(), v.string()), {}) }), {}),
  LoggingConfig: v.optional(
    v.strictObject({
      LogFormat: v.optional(v.picklist(['Text', 'JSON']), 'Text'),
      LogGroup: v.optional(v.string()),
      ApplicationLogLevel: v.optional(v.picklist(['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL']), 'INFO'),
      SystemLogLevel: v.optional(v.string()),
    }),
    {},
  ),
  // These have no effect on a laptop.
  Architectures: v.optional(v.array(v.string())),
  Description: v.optional(v.string()),
  FunctionName: v.optional(v.string()),
  PackageType: v.optional(v.literal('Zip')),
  // Functions that call themselves are not stopped here.
  RecursiveLoop: v.optional(v.picklist(['Allow', 'Terminate'])),
  Tags: v.optional(v.unknown()),
})

export type LambdaFunction = ReturnType<typeof lambdaFunction>

export function lambdaFunction(resource: Resource) {
  const properties = parseProperties(functionProperties, resource)
  const logging = properties.LoggingConfig
  return {
    name: resource.ref,
    arn: arnOf(resource),
    handler: properties.Handler,
    runtime: properties.Runtime,
    timeoutSeconds: properties.Timeout,
    memoryMegabytes: properties.MemorySize,
    reservedConcurrency: properties.ReservedConcurrentExecutions,
    variables: properties.Environment.Variables,
    logGroup: logging.LogGroup ?? `/aws/lambda/${resource.ref}`,
    logFormat: logging.LogFormat,
    logLevel: logging.ApplicationLogLevel,
  }
}

function arnOf(resource: Resource): string {
  const { Arn } = resource.attributes
  if (!Arn) throw new Error(`${nameOf(resource)} has no attribute Arn`)
  return Arn
}
