import type { IncomingMessage } from 'node:http'
import { fileActionOf } from '../../../helpers/fake-s3.ts'

type Asked = {
  TableName?: string
  RequestItems?: Record<string, { Keys: object[] }>
  TransactItems?: Record<string, { TableName: string }>[]
}

/** An AWS call by its action, and of DynamoDB also how many items of which tables it names. */
export function nameOf({ method, url = '', headers }: IncomingMessage, body: string): string {
  const [service = '', action] = String(headers['x-amz-target'] ?? '').split('.')
  if (service.startsWith('DynamoDB')) return `${action} ${placesOf(JSON.parse(body))}`
  return action ?? fileActionOf(method, new URL(url, 'http://localhost'))?.replace('s3:', '') ?? `${method} ${url}`
}

function placesOf({ TableName, RequestItems = {}, TransactItems = [] }: Asked): string {
  if (TableName) return TableName
  const written = Map.groupBy(
    TransactItems.flatMap(Object.values<{ TableName: string }>),
    ({ TableName: table }) => table,
  )
  const read = Object.entries(RequestItems).map(([table, { Keys }]) => [table, Keys] as const)
  return [...read, ...written].map(([table, items]) => `${items.length} ${table}`).join(' + ')
}
