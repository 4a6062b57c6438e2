import type { Authority } from './door/authority.ts'
import { ACCOUNT, type JsonObject, REGION, type Resource } from './model.ts'

const ACTIONS = ['logs:CreateLogStream', 'logs:PutLogEvents']

/** Lambda writes a function's log with the function's role. If the role forbids it, there is no log in AWS. */
export function logWriter(resources: Resource[], authority: Authority, note: (text: string) => void) {
  const asked = new Set<string>()
  return function takeLogs(functionName: string) {
    if (asked.has(functionName)) return
    asked.add(functionName)
    const group = `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${logGroupOf(functionName, resources)}`
    for (const action of ACTIONS) {
      if (authority.may(functionName, action, `${group}:log-stream:laptop`)) continue
      note(`${functionName} would leave no log in AWS: its role does not grant ${action} on ${group}:*`)
    }
  }
}

function logGroupOf(functionName: string, resources: Resource[]): string {
  const lambda = resources.find(({ type, ref }) => type === 'AWS::Lambda::Function' && ref === functionName)
  const logging = lambda?.properties.LoggingConfig as JsonObject | undefined
  return String(logging?.LogGroup ?? `/aws/lambda/${functionName}`)
}
