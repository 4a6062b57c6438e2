import { type HttpAnswer, type OwnStatus, ownAnswer } from '@lethe/http-api/answer.ts'
import { functionAnswer } from '@lethe/http-api/function-answer.ts'
import { type Invoke, type InvokeResult, LambdaRefusal, type RefusalCode } from '../lambda/model.ts'
import { within } from '../lambda/within.ts'
import type { Integration } from './http-api.ts'

export type Integrated = { answer: HttpAnswer; functionName: string; cold?: boolean }

export type IntegrationOptions = {
  invoke: Invoke
  /** Whether the integration's role is granted lambda:InvokeFunction. */
  mayInvoke: (roleArn: string, functionArn: string) => boolean
}

/** Not checked on AWS: whether a throttled function is answered with 500 or 503. A client must repeat both. */
const STATUS: Record<RefusalCode, OwnStatus> = {
  TooManyRequestsException: 503,
  RequestTooLargeException: 413,
  ResourceNotFoundException: 500,
  ServiceException: 503,
}

export async function integrate(
  { invoke, mayInvoke }: IntegrationOptions,
  { functionName, functionArn, roleArn, timeoutMilliseconds }: Integration,
  event: string,
): Promise<Integrated> {
  if (!mayInvoke(roleArn, functionArn)) {
    return { functionName, answer: ownAnswer(500, `${roleArn} may not lambda:InvokeFunction ${functionArn}`) }
  }
  const answered = invoke(functionName, event).then(answerOf, refusalOf)
  // The function goes on running, as on AWS, but its answer is dropped.
  const late = { answer: ownAnswer(503, `no answer within ${timeoutMilliseconds} ms`) }
  return { functionName, ...(await within(answered, timeoutMilliseconds, late)) }
}

function answerOf({ payload, functionError, cold }: InvokeResult): Omit<Integrated, 'functionName'> {
  return { cold, answer: functionError ? ownAnswer(500, errorOf(payload)) : functionAnswer(payload) }
}

function refusalOf(error: unknown): Omit<Integrated, 'functionName'> {
  return { answer: ownAnswer(error instanceof LambdaRefusal ? STATUS[error.code] : 500, String(error)) }
}

/** For the log: what went wrong in the function. */
function errorOf(payload: string): string {
  const { errorType, errorMessage }: { errorType?: unknown; errorMessage?: unknown } = JSON.parse(payload) ?? {}
  return `${errorType}: ${errorMessage}`
}
