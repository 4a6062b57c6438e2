import { invokedFunction } from '../door/actions/lambda.ts'
import { AwsError } from '../door/aws-error.ts'
import type { AwsAnswer, Service } from '../door/call.ts'
import { type Invoke, type InvokeResult, LambdaRefusal, type RefusalCode } from './model.ts'

const STATUS: Record<RefusalCode, number> = {
  ResourceNotFoundException: 404,
  RequestTooLargeException: 413,
  TooManyRequestsException: 429,
  ServiceException: 500,
}

/** Lambda's Invoke call at the door: for running a function by hand. */
export function invokeService(invoke: Invoke): Service {
  return async ({ path, body }) => {
    const payload = jsonText(body.toString('utf8'))
    try {
      return answerOf(await invoke(invokedFunction(path), payload))
    } catch (error) {
      if (!(error instanceof LambdaRefusal)) throw error
      throw new AwsError(error.code, STATUS[error.code], error.message)
    }
  }
}

/** For Lambda, no payload is an empty object. */
function jsonText(payload: string): string {
  if (payload === '') return '{}'
  try {
    JSON.parse(payload)
    return payload
  } catch (cause) {
    const message = `Could not parse request body into json: ${cause instanceof Error ? cause.message : cause}`
    throw new AwsError('InvalidRequestContentException', 400, message)
  }
}

function answerOf({ payload, functionError, requestId }: InvokeResult): AwsAnswer {
  return {
    status: 200,
    headers: {
      'content-type': 'application/json',
      'x-amzn-requestid': requestId,
      'x-amz-executed-version': '$LATEST',
      ...(functionError && { 'x-amz-function-error': functionError }),
    },
    body: payload,
  }
}
