import { config } from './config.ts'
import { dynamodbClient } from './data/client.ts'
import { sqsClient } from './data/queue.ts'
import { once } from './once.ts'

/** One client of each in a process: it keeps its connections. */
export const database = once(() => dynamodbClient(config.aws()))
export const sqs = once(() => sqsClient(config.aws()))
