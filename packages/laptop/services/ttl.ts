import type { Json, JsonObject } from '../model.ts'
import { type DynamodbEndpoint, DynamodbError } from './dynamodb-endpoint.ts'
import type { Table } from './dynamodb-tables.ts'
import type { TtlLedger } from './ttl-ledger.ts'

/** As in DynamoDB: what expired more than five years ago is not deleted. */
const TOO_OLD_SECONDS = 5 * 365 * 24 * 3600

export type TtlSweeper = {
  /** One pass over all tables. */
  sweep(): Promise<void>
  stop(): Promise<void>
}

type TtlSweeperOptions = {
  endpoint: DynamodbEndpoint
  tables: Iterable<Table>
  ledger: TtlLedger
  everySeconds: number
  report: (line: string) => void
}

/** Deletes expired items as DynamoDB does: some time later, and only if they are still expired then. */
export function startTtlSweeper({ endpoint, tables, ledger, everySeconds, report }: TtlSweeperOptions): TtlSweeper {
  const expiring = [...tables].filter(({ ttlAttribute }) => ttlAttribute !== undefined)
  let stopped = false
  const sweepAll = async () => {
    for (const table of expiring) await sweepTable(endpoint, table, ledger, () => stopped)
  }
  let running: Promise<unknown> = Promise.resolve()
  const sweep = () => {
    const pass = running.then(sweepAll)
    // The caller gets the failure of this pass. The next pass only waits for its end.
    running = pass.catch(() => {})
    return pass
  }
  const timer = setInterval(() => {
    sweep().catch((error: unknown) => {
      if (!stopped) report(`Expired items were not deleted: ${error}`)
    })
  }, everySeconds * 1000)
  timer.unref()
  return {
    sweep,
    async stop() {
      stopped = true
      clearInterval(timer)
      await running
    },
  }
}

async function sweepTable(endpoint: DynamodbEndpoint, table: Table, ledger: TtlLedger, isStopped: () => boolean) {
  const attribute = table.ttlAttribute ?? ''
  const names: JsonObject = { '#ttl': attribute }
  for (const [index, key] of table.keys.entries()) names[`#key${index}`] = key
  let startKey: Json | undefined
  do {
    const now = Math.floor(Date.now() / 1000)
    const page = await endpoint.call('Scan', {
      TableName: table.name,
      ProjectionExpression: Object.keys(names).join(', '),
      FilterExpression: '#ttl < :now AND #ttl > :tooOld',
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: { ':now': { N: String(now) }, ':tooOld': { N: String(now - TOO_OLD_SECONDS) } },
      ...(startKey === undefined ? {} : { ExclusiveStartKey: startKey }),
    })
    for (const item of page.Items as JsonObject[]) {
      if (isStopped()) return
      await deleteExpired(endpoint, table, attribute, item, ledger)
    }
    startKey = page.LastEvaluatedKey
  } while (startKey !== undefined && !isStopped())
}

async function deleteExpired(
  endpoint: DynamodbEndpoint,
  table: Table,
  attribute: string,
  item: JsonObject,
  ledger: TtlLedger,
): Promise<void> {
  const keys: JsonObject = {}
  for (const key of table.keys) keys[key] = item[key] ?? null
  const value = item[attribute] ?? null
  const expiry = { table: table.name, keys, attribute, value, at: Date.now() }
  ledger.add(expiry)
  try {
    await endpoint.call('DeleteItem', {
      TableName: table.name,
      Key: keys,
      ConditionExpression: '#ttl = :seen',
      ExpressionAttributeNames: { '#ttl': attribute },
      ExpressionAttributeValues: { ':seen': value },
    })
  } catch (error) {
    ledger.withdraw(expiry)
    // In the meantime somebody has deleted the item or given it another time.
    if (!(error instanceof DynamodbError && error.code === 'ConditionalCheckFailedException')) throw error
  }
}
