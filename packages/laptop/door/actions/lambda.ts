import { ACCOUNT, REGION } from '../../model.ts'
import { AwsError, refuse } from '../aws-error.ts'
import type { AwsRequest, Need } from '../call.ts'

const INVOCATION = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/
const FUNCTION_ARN = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:`

/** Headers that choose the kind of invocation, each with the only value that is supported. */
const PLAIN_INVOCATION: Record<string, string | undefined> = {
  'x-amz-invocation-type': 'RequestResponse',
  'x-amz-log-type': 'None',
  'x-amz-client-context': undefined,
}

export function identifyLambda(request: AwsRequest): { operation: string; needs: Need[] } {
  const { method, path, query, headers } = request
  const [parameter] = Object.keys(query)
  if (method !== 'POST' || !INVOCATION.test(path) || parameter !== undefined) {
    const what = parameter === undefined ? '' : ` with ?${parameter}`
    throw refuse('lambda', 'unknownOperation', `The laptop cloud does not know ${method} ${path}${what} of Lambda`)
  }
  for (const [name, plain] of Object.entries(PLAIN_INVOCATION)) {
    const value = headers[name] ?? plain
    if (value === plain) continue
    throw refuse('lambda', 'unknownOperation', `The laptop cloud does not know ${name}: ${value} of Lambda`)
  }
  const resource = `${FUNCTION_ARN}${invokedFunction(path)}`
  return { operation: 'Invoke', needs: [{ action: 'lambda:InvokeFunction', resources: [resource] }] }
}

/** The name of the invoked function. The path holds its name or its ARN. */
export function invokedFunction(path: string): string {
  const functionId = (INVOCATION.exec(path)?.[1] ?? '').replaceAll('%3A', ':')
  const name = functionId.startsWith(FUNCTION_ARN) ? functionId.slice(FUNCTION_ARN.length) : functionId
  if (/^[\w-]{1,140}$/.test(name)) return name
  throw new AwsError('ValidationException', 400, `The laptop cloud does not know the function name ${functionId}`)
}
