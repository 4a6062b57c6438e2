import { ACCOUNT, type JsonObject, REGION } from '../../model.ts'
import { refuse } from '../aws-error.ts'
import type { AwsRequest, Need } from '../call.ts'
import { text } from './input.ts'

export function identifySes(request: AwsRequest, input: JsonObject): { operation: string; needs: Need[] } {
  if (request.method !== 'POST' || request.path !== '/v2/email/outbound-emails') {
    throw refuse('ses', 'unknownOperation', `The laptop cloud does not know ${request.method} ${request.path} of SES`)
  }
  const address = bareAddress(text(input, 'FromEmailAddress'))
  const identity = `arn:aws:ses:${REGION}:${ACCOUNT}:identity/`
  const domain = address.slice(address.lastIndexOf('@') + 1)
  return {
    operation: 'SendEmail',
    needs: [{ action: 'ses:SendEmail', resources: [`${identity}${address}`, `${identity}${domain}`] }],
  }
}

/** `Example <no-reply@example.com>` -> `no-reply@example.com` */
function bareAddress(from: string): string {
  return /<([^<>]+)>\s*$/.exec(from)?.[1] ?? from.trim()
}
