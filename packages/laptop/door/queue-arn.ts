import { ACCOUNT, REGION } from '../model.ts'

export function queueName(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1)
}

export function queueArn(name: string): string {
  return `arn:aws:sqs:${REGION}:${ACCOUNT}:${name}`
}
