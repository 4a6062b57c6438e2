import { createHash } from 'node:crypto'
import { splitIterator } from '../door/actions/dynamodb.ts'
import { AwsError } from '../door/aws-error.ts'
import type { AwsAnswer, Call } from '../door/call.ts'
import { ACCOUNT, type JsonObject, REGION } from '../model.ts'
import type { DynamodbEndpoint } from './dynamodb-endpoint.ts'
import type { Table } from './dynamodb-tables.ts'
import type { TtlLedger } from './ttl-ledger.ts'

/** As the streams API writes it. In a function's event the names are in lower case. */
const TTL_IDENTITY = { PrincipalId: 'dynamodb.amazonaws.com', Type: 'Service' }

/** The DynamoDB behind the door puts another region and account into its ARNs. */
export function ownArns(text: string): string {
  return text.replace(/arn:aws:dynamodb:[^:"]*:[^:"]*:table\//g, `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/`)
}

type StreamsCallOptions = { endpoint: DynamodbEndpoint; tables: Map<string, Table>; ledger: TtlLedger }

/** Changes the answers to stream calls to those of AWS: ARNs, iterators that name their stream, unique event ids. */
export function streamsCall({ endpoint, tables, ledger }: StreamsCallOptions): (call: Call) => Promise<AwsAnswer> {
  const byStreamArn = new Map<string, Table>()
  for (const table of tables.values()) {
    if (table.backendStreamArn !== undefined) byStreamArn.set(ownArns(table.backendStreamArn), table)
  }
  const tableOf = (streamArn: string): Table => {
    const table = byStreamArn.get(streamArn)
    if (table !== undefined) return table
    throw new AwsError('ResourceNotFoundException', 400, `Requested resource not found: Stream: ${streamArn} not found`)
  }
  const ask = (call: Call, input: JsonObject) =>
    endpoint.forward(call.headers['x-amz-target'] ?? '', JSON.stringify(input))
  const backendInput = ({ input }: Call): JsonObject => {
    const changed = { ...input }
    for (const name of ['StreamArn', 'ExclusiveStartStreamArn']) {
      if (changed[name] !== undefined) changed[name] = tableOf(String(changed[name])).backendStreamArn ?? null
    }
    return changed
  }
  const operations: Record<string, (call: Call) => Promise<AwsAnswer>> = {
    ListStreams: async (call) => edited(await ask(call, backendInput(call)), (output) => output),
    DescribeStream: async (call) => edited(await ask(call, backendInput(call)), withOpenShards),
    GetShardIterator: async (call) => {
      const streamArn = String(call.input.StreamArn)
      return edited(await ask(call, backendInput(call)), (output) => wrapped(output, 'ShardIterator', streamArn))
    },
    GetRecords: async (call) => {
      const { streamArn, inner } = splitIterator(String(call.input.ShardIterator))
      const { name } = tableOf(streamArn)
      return edited(await ask(call, { ...call.input, ShardIterator: inner }), (output) => {
        const records = (output.Records as JsonObject[]).map((record) => ({
          ...record,
          awsRegion: REGION,
          eventID: eventId(streamArn, record),
          ...(ledger.explains(name, record) ? { userIdentity: TTL_IDENTITY } : {}),
        }))
        return wrapped({ ...output, Records: records }, 'NextShardIterator', streamArn)
      })
    },
  }
  return (call) => {
    const operation = operations[call.operation]
    if (operation === undefined) throw new Error(`the streams of the laptop cloud have no ${call.operation}`)
    return operation(call)
  }
}

function edited(answer: AwsAnswer, edit: (output: JsonObject) => JsonObject): AwsAnswer {
  if (answer.status !== 200) return answer
  const { 'x-amz-crc32': _ofTheOldBody, ...headers } = answer.headers
  const output = edit(JSON.parse(String(answer.body)))
  return { status: 200, headers, body: ownArns(JSON.stringify(output)) }
}

/** dynoxide has one shard, which never closes, but reports an ending number for it. In AWS that would mean: closed. */
function withOpenShards(output: JsonObject): JsonObject {
  const description = output.StreamDescription as JsonObject
  const shards = (description.Shards as JsonObject[]).map((shard) => {
    const { EndingSequenceNumber: _end, ...range } = shard.SequenceNumberRange as JsonObject
    return { ...shard, SequenceNumberRange: range }
  })
  return { ...output, StreamDescription: { ...description, Shards: shards } }
}

function wrapped(output: JsonObject, name: string, streamArn: string): JsonObject {
  const inner = output[name]
  return typeof inner === 'string' ? { ...output, [name]: `${streamArn}|1|${inner}` } : output
}

/** Consumers recognize a repeated event by this id, whatever its stream. dynoxide counts from 1 in each stream. */
function eventId(streamArn: string, record: JsonObject): string {
  const sequenceNumber = String((record.dynamodb as JsonObject).SequenceNumber)
  return createHash('md5').update(`${streamArn}\n${sequenceNumber}`).digest('hex')
}
