import { Duration } from 'aws-cdk-lib'
import type { QueueName } from '../functions/http/row.ts'
import { triggers } from '../functions/rows.ts'

/** How long a message stays hidden while it is worked on: as AWS asks, six times what its reader may take. */
export function visibilityOf(queue: QueueName): Duration {
  const reader = triggers.find(({ source }) => source.kind === 'queue' && source.queue === queue)
  if (!reader) throw new Error(`The queue ${queue} has no row that reads it.`)
  return Duration.seconds(6 * reader.seconds)
}
