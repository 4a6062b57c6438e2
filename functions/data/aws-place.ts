import type { AwsCredentialIdentity } from '@smithy/types'

/** Services by the names with which requests to them are signed. */
export type AwsService = 'dynamodb' | 's3' | 'sqs' | 'secretsmanager' | 'ses'

/** Where AWS is called, and as whom. */
export type AwsPlace = {
  region: string
  credentials: AwsCredentialIdentity
  /** Instead of AWS's own address. */
  endpoint(service: AwsService): string | undefined
}

/** The host of an AWS service in a region. Regions of China have a domain of their own. */
export function hostOf(service: string, region: string): string {
  return `${service}.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`
}

export function addressOf(service: AwsService, { region, endpoint }: AwsPlace): URL {
  return new URL(endpoint(service) ?? `https://${hostOf(service, region)}`)
}
