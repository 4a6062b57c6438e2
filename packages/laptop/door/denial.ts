import type { Denial } from './authority.ts'
import type { AwsError } from './aws-error.ts'
import { refuse } from './aws-error.ts'
import type { ServiceName } from './call.ts'

/** A denial with the text that this service uses in AWS. */
export function denialError(service: ServiceName, denial: Denial): AwsError {
  const { action, resource, verdict, sessionArn } = denial
  if (service === 'ses') {
    return refuse(
      service,
      'denied',
      `User \`${sessionArn}' is not authorized to perform \`${action}' on resource \`${resource}'`,
    )
  }
  const named = service === 's3' ? `"${resource}"` : resource
  return refuse(
    service,
    'denied',
    `User: ${sessionArn} is not authorized to perform: ${action} on resource: ${named} ${reason(verdict, action)}`,
  )
}

function reason(verdict: Denial['verdict'], action: string): string {
  if (verdict === 'denied by identity policy') return 'with an explicit deny in an identity-based policy'
  if (verdict === 'denied by resource policy') return 'with an explicit deny in a resource-based policy'
  return `because no identity-based policy allows the ${action} action`
}
