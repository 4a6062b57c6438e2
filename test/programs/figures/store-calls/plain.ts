import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb'

const client = new DynamoDBClient({
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1000, requestTimeout: 2000, throwOnRequestTimeout: true },
})

/** A call as a team makes it who uses the SDK as it is. */
export const call = () =>
  client.send(
    new GetItemCommand({ TableName: 'table', Key: { pk: { S: 'keys' }, sk: { S: 'public' } }, ConsistentRead: true }),
  )
