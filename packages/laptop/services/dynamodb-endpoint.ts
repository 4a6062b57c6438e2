import type { Answer } from '../door/call.ts'
import type { JsonObject } from '../model.ts'
import { connectBackend } from './backend.ts'

/** An error answer of the DynamoDB behind the door. */
export class DynamodbError extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

export type DynamodbEndpoint = {
  /** Passes a call on as it came. */
  forward(target: string, body: Buffer | string): Promise<Answer>
  /** A call of the laptop cloud's own; throws DynamodbError. */
  call(operation: string, input: JsonObject): Promise<JsonObject>
  close(): void
}

/** Stand-ins check that a signature is there, not whether it is right: the door has done that. */
const SIGNED = {
  'content-type': 'application/x-amz-json-1.0',
  'x-amz-date': '20260101T000000Z',
  authorization:
    'AWS4-HMAC-SHA256 Credential=lethe/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
}

export function dynamodbEndpoint(url: string): DynamodbEndpoint {
  const backend = connectBackend(url, ['content-type', 'x-amzn-requestid', 'x-amz-crc32'])
  const forward: DynamodbEndpoint['forward'] = (target, body) =>
    backend.send({ headers: { ...SIGNED, 'x-amz-target': target }, body })
  return {
    forward,
    async call(operation, input) {
      const answer = await forward(`DynamoDB_20120810.${operation}`, JSON.stringify(input))
      const output: JsonObject = JSON.parse(String(answer.body))
      if (answer.status === 200) return output
      const type = String(output.__type)
      const code = type.slice(type.indexOf('#') + 1)
      throw new DynamodbError(code, `${operation}: ${String(output.message ?? output.Message ?? type)}`)
    },
    close: backend.close,
  }
}
