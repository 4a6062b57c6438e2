import type { AwsAnswer } from '../door/call.ts'
import { type JsonObject, REGION } from '../model.ts'
import { connectBackend } from './backend.ts'

/** An error that the DynamoDB behind the door has answered. */
export class DynamodbError extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

export type DynamodbEndpoint = {
  /** Passes a caller's call on, unchanged. */
  forward(target: string, body: Buffer | string): Promise<AwsAnswer>
  /** For calls of the laptop cloud itself. Throws DynamodbError. */
  call(operation: string, input: JsonObject): Promise<JsonObject>
  close(): void
}

/** A DynamoDB for tests wants a signature, but does not check it. The door has checked the caller's own. */
function signedHeaders(accessKeyId: string): Record<string, string> {
  const scope = `${accessKeyId}/20260101/${REGION}/dynamodb/aws4_request`
  return {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-date': '20260101T000000Z',
    authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`,
  }
}

export function dynamodbEndpoint(url: string, accessKeyId = 'laptop'): DynamodbEndpoint {
  const signed = signedHeaders(accessKeyId)
  const backend = connectBackend(url, ['content-type', 'x-amzn-requestid', 'x-amz-crc32'])
  const forward: DynamodbEndpoint['forward'] = (target, body) =>
    backend.send({ headers: { ...signed, 'x-amz-target': target }, body })
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
