import {
  BatchGetItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import middy from '@middy/core'
import httpErrorHandler from '@middy/http-error-handler'
import httpHeaderNormalizer from '@middy/http-header-normalizer'
import httpJsonBodyParser from '@middy/http-json-body-parser'
import httpSecurityHeaders from '@middy/http-security-headers'
import { jwtVerify, SignJWT } from 'jose'
import * as z from 'zod/mini'

/** The yardstick: what a careful team would write with the same libraries and bundle without further thought. */
const db = new DynamoDBClient({})
const schema = z.object({ id: z.string() })
const commands = { BatchGetItemCommand, PutItemCommand, QueryCommand, UpdateItemCommand, SignJWT, jwtVerify }

export const handler = middy()
  .use(httpHeaderNormalizer())
  .use(httpJsonBodyParser({ disableContentTypeError: true }))
  .use(httpSecurityHeaders())
  .use(httpErrorHandler())
  .handler(async () => {
    const { id } = schema.parse({ id: 'keys' })
    await db.send(new GetItemCommand({ TableName: 'table', Key: { pk: { S: id }, sk: { S: 'public' } } }))
    return { statusCode: 200, body: Object.keys(commands).join() }
  })
