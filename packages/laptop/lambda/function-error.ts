/** The errors that Lambda itself answers for a function, as JSON text. */
export function exitError(requestId: string, cause: string | undefined): string {
  const reason = cause ? `Runtime exited with error: ${cause}` : 'Runtime exited without providing a reason'
  return errorObject(requestId, 'Runtime.ExitError', reason)
}

export function timeoutError(requestId: string, seconds: number): string {
  return errorObject(requestId, 'Sandbox.Timedout', `Task timed out after ${seconds.toFixed(2)} seconds`)
}

function errorObject(requestId: string, errorType: string, reason: string): string {
  return JSON.stringify({ errorType, errorMessage: `RequestId: ${requestId} Error: ${reason}` })
}
