import type { ConditionContext } from './conditions.ts'
import type { Principal, Statement } from './statements.ts'

export type Question = { principal: Principal; action: string; resource: string; context: ConditionContext }

export type PolicyVerdict = 'allowed' | 'denied by identity policy' | 'denied by resource policy' | 'not allowed'

/** IAM's rule within one account: any Deny wins, else one Allow in either kind of policy is enough. */
export function evaluate(question: Question, identity: Statement[], resourcePolicy: Statement[]): PolicyVerdict {
  const ofIdentity = identity.filter((statement) => applies(statement, question))
  if (ofIdentity.some(({ effect }) => effect === 'Deny')) return 'denied by identity policy'
  const ofResource = resourcePolicy.filter((statement) => applies(statement, question))
  if (ofResource.some(({ effect }) => effect === 'Deny')) return 'denied by resource policy'
  return ofIdentity.length + ofResource.length > 0 ? 'allowed' : 'not allowed'
}

function applies(statement: Statement, { principal, action, resource, context }: Question): boolean {
  return (
    statement.matchesAction(action) &&
    statement.matchesResource(resource) &&
    statement.matchesPrincipal(principal) &&
    statement.conditions.every((condition) => condition(context))
  )
}
