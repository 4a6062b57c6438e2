import type { JsonObject } from '../../model.ts'
import type { Need } from '../call.ts'
import { queueArn, queueName } from '../queue-arn.ts'
import { text } from './input.ts'

/** IAM has no actions for batches: a batch needs the permission of the single call. */
const ACTIONS: Record<string, string> = {
  SendMessage: 'sqs:SendMessage',
  SendMessageBatch: 'sqs:SendMessage',
  ReceiveMessage: 'sqs:ReceiveMessage',
  DeleteMessage: 'sqs:DeleteMessage',
  DeleteMessageBatch: 'sqs:DeleteMessage',
  GetQueueAttributes: 'sqs:GetQueueAttributes',
  GetQueueUrl: 'sqs:GetQueueUrl',
}

export function identifySqs(operation: string, input: JsonObject): Need[] | undefined {
  const action = Object.hasOwn(ACTIONS, operation) ? ACTIONS[operation] : undefined
  if (action === undefined) return undefined
  const name = operation === 'GetQueueUrl' ? text(input, 'QueueName') : queueName(text(input, 'QueueUrl'))
  return [{ action, resources: [queueArn(name)] }]
}
