import { Duration } from 'aws-cdk-lib'
import type { QueueName } from '../functions/http/row.ts'
import { triggers } from '../functions/rows.ts'

/** How long a message stays hidden while a function works on it: AWS asks for six times the function's timeout. */
export function visibilityOf(queue: QueueName): Duration {
  const reader = triggers.find(({ source }) => source.kind === 'queue' && source.queue === queue)
  if (!reader) throw new Error(`The queue ${queue} has no row that reads it.`)
  return Duration.seconds(6 * reader.seconds)
}
