import { randomUUID } from 'node:crypto'
import type { Credentials } from '../door/credentials.ts'
import { REGION } from '../model.ts'
import type { LambdaFunction } from './lambda-function.ts'

export type ProcessSettings = {
  codeFolder: string
  doorUrl: string
  credentials: Credentials
}

/** All environment variables of a function's process. It inherits none, except what Node needs on Windows. */
export function environmentVariables(lambda: LambdaFunction, settings: ProcessSettings): Record<string, string> {
  const { codeFolder, doorUrl, credentials } = settings
  return {
    ...neededByNode(),
    ...lambda.variables,
    ...jsonLogging(lambda),
    _HANDLER: lambda.handler,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_ENDPOINT_URL: doorUrl,
    AWS_EXECUTION_ENV: `AWS_Lambda_${lambda.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: lambda.name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(lambda.memoryMegabytes),
    AWS_LAMBDA_LOG_GROUP_NAME: lambda.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: `[$LATEST]${randomUUID()}`,
    LAMBDA_TASK_ROOT: codeFolder,
    // Lambda's time zone is UTC. HOME: the function's SDK must not find the developer's ~/.aws.
    TZ: 'UTC',
    HOME: codeFolder,
  }
}

function jsonLogging({ logFormat, logLevel }: LambdaFunction): Record<string, string> {
  return logFormat === 'JSON' ? { AWS_LAMBDA_LOG_FORMAT: 'JSON', AWS_LAMBDA_LOG_LEVEL: logLevel } : {}
}

function neededByNode(): Record<string, string> {
  const root = process.env.SystemRoot
  return root ? { SystemRoot: root } : {}
}
