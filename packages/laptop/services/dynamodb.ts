import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { AwsAnswer, Call, Service } from '../door/call.ts'
import type { Resource } from '../model.ts'
import { type DynamodbEndpoint, dynamodbEndpoint } from './dynamodb-endpoint.ts'
import { ownArns, streamsCall } from './dynamodb-streams.ts'
import { ensureTables } from './dynamodb-tables.ts'
import { startDynoxide } from './dynoxide.ts'
import { dynoxideBinary } from './dynoxide-binary.ts'
import { tidyStreams } from './dynoxide-file.ts'
import { startTtlSweeper } from './ttl.ts'
import { openTtlLedger } from './ttl-ledger.ts'

export type Dynamodb = {
  service: Service
  /** Throws for a table without a stream. */
  streamArn(tableName: string): string
  /** Deletes what has expired, without waiting for the next pass. */
  sweepExpired(): Promise<void>
  stop(): Promise<void>
}

export type DynamodbOptions = {
  /** May hold other resources too: they are ignored. */
  tables: Resource[]
  folder: string
  /** Where dynoxide is installed if npm has not installed it for this platform. */
  toolFolder: string
  /** A DynamoDB-compatible endpoint to use instead of dynoxide, and the access key id that is sent to it. */
  endpoint?: string | undefined
  accessKeyId?: string
  /** The environment variable that names such an endpoint, for a message. */
  endpointVariable?: string
  report?: (line: string) => void
  /** Called when dynoxide has ended by itself. */
  onFailure?: (error: Error) => void
  /** How often expired items are deleted. */
  ttlSeconds?: number
}

export async function startDynamodb(options: DynamodbOptions): Promise<Dynamodb> {
  const { folder, report = () => {} } = options
  mkdirSync(folder, { recursive: true })
  const backend = await startBackend(options, report)
  try {
    backend.prepare()
    const tables = await ensureTables(backend.endpoint, options.tables)
    const ledger = openTtlLedger(join(folder, 'ttl-deletes.jsonl'))
    const everySeconds = options.ttlSeconds ?? 30
    const sweeper = startTtlSweeper({
      endpoint: backend.endpoint,
      tables: tables.values(),
      ledger,
      everySeconds,
      report,
    })
    const streams = streamsCall({ endpoint: backend.endpoint, tables, ledger })
    return {
      service: (call) => (isStreamsCall(call) ? streams(call) : itemsCall(backend.endpoint, call)),
      streamArn(tableName) {
        const arn = tables.get(tableName)?.backendStreamArn
        if (arn === undefined) throw new Error(`table ${tableName} has no stream`)
        return ownArns(arn)
      },
      sweepExpired: sweeper.sweep,
      async stop() {
        await sweeper.stop()
        await backend.stop()
      },
    }
  } catch (error) {
    await backend.stop()
    throw error
  }
}

const isStreamsCall = (call: Call) => call.headers['x-amz-target']?.startsWith('DynamoDBStreams_') === true

async function itemsCall(endpoint: DynamodbEndpoint, call: Call): Promise<AwsAnswer> {
  const answer = await endpoint.forward(call.headers['x-amz-target'] ?? '', call.body)
  if (call.operation !== 'DescribeTable') return answer
  const { 'x-amz-crc32': _ofTheOldBody, ...headers } = answer.headers
  return { ...answer, headers, body: ownArns(String(answer.body)) }
}

async function startBackend(options: DynamodbOptions, report: (line: string) => void) {
  const { toolFolder, endpointVariable } = options
  if (options.endpoint) {
    const endpoint = dynamodbEndpoint(options.endpoint, options.accessKeyId)
    return { endpoint, prepare: () => {}, stop: async () => endpoint.close() }
  }
  const databasePath = join(options.folder, 'tables.sqlite')
  const onFailure = options.onFailure ?? ((error: Error) => report(error.message))
  const process = await startDynoxide({
    binary: dynoxideBinary({ toolFolder, report, endpointVariable }),
    databasePath,
    onFailure,
  })
  const endpoint = dynamodbEndpoint(process.url)
  return {
    endpoint,
    prepare: () => tidyStreams(databasePath),
    async stop() {
      endpoint.close()
      await process.stop()
    },
  }
}
