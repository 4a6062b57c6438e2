export type Lifecycle = 'warm' | 'per-request'

export type FunctionLogLine = {
  functionName: string
  /** Undefined while the function's module is being loaded. */
  requestId: string | undefined
  stream: 'stdout' | 'stderr'
  text: string
}

export type InvokeResult = {
  /** JSON text: what the function answered, or the error object when it failed. */
  payload: string
  functionError?: 'Unhandled'
  cold: boolean
  milliseconds: number
  requestId: string
}

/** Rejects with a LambdaRefusal if the function was not run at all. */
export type Invoke = (functionName: string, payload: string) => Promise<InvokeResult>

export type RefusalCode =
  | 'TooManyRequestsException'
  | 'RequestTooLargeException'
  | 'ResourceNotFoundException'
  | 'ServiceException'

/** Lambda's own answer to an Invoke call that did not reach a function. */
export class LambdaRefusal extends Error {
  readonly code: RefusalCode

  constructor(code: RefusalCode, message: string) {
    super(message)
    this.name = code
    this.code = code
  }
}
