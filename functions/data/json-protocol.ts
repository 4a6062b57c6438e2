import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { AwsJsonRpcProtocol } from '@aws-sdk/core/protocols'
import { HttpRequest, type HttpResponse } from '@smithy/core/protocols'
import { NormalizedSchema, type TypeRegistry } from '@smithy/core/schema'
import type { EndpointBearer, HandlerExecutionContext, OperationSchema, SerdeFunctions } from '@smithy/types'

export type JsonProtocolSettings = {
  address: URL
  version: '1.0' | '1.1'
  serviceTarget: string
  defaultNamespace: string
  errorTypeRegistries: TypeRegistry[]
  awsQueryCompatible?: boolean
}

type Context = HandlerExecutionContext & SerdeFunctions & EndpointBearer

/**
 * The commands of this project hold nothing but texts, numbers, lists and maps, which are the same in JSON. So inputs
 * and outputs are not walked by their schemas. Errors are: they become the SDK's own classes.
 */
export class JsonProtocol extends AwsJsonRpcProtocol {
  readonly settings: JsonProtocolSettings
  private readonly tokenNames = new Map<string, string | undefined>()

  constructor(settings: JsonProtocolSettings) {
    super(settings)
    this.settings = settings
  }

  override getShapeId() {
    return 'aws.protocols#awsJson'
  }

  override getJsonRpcVersion() {
    return this.settings.version
  }

  override async serializeRequest<Input extends object>(
    operation: OperationSchema,
    input: Input,
  ): Promise<HttpRequest> {
    const { address, serviceTarget, version, awsQueryCompatible } = this.settings
    const { protocol, hostname, port, host } = address
    const body = JSON.stringify(this.withToken(operation, input))
    const headers = {
      host,
      ...(awsQueryCompatible ? { 'x-amzn-query-mode': 'true' } : {}),
      'content-type': `application/x-amz-json-${version}`,
      'content-length': String(Buffer.byteLength(body)),
      'x-amz-target': `${serviceTarget}.${operation.name}`,
    }
    const place = { protocol, hostname, path: '/', ...(port ? { port: Number(port) } : {}) }
    return new HttpRequest({ ...place, method: 'POST', headers, body })
  }

  /** By its token AWS knows a repeated try: a transaction then happens once. */
  private withToken<Input extends object>(operation: OperationSchema, input: Input): Input {
    const { name } = operation
    if (!this.tokenNames.has(name)) this.tokenNames.set(name, tokenNameOf(operation))
    const token = this.tokenNames.get(name)
    if (token === undefined) return input
    return { ...input, [token]: (input as Record<string, unknown>)[token] ?? randomUUID() }
  }

  override async deserializeResponse<Output>(
    operation: OperationSchema,
    context: Context,
    response: HttpResponse,
  ): Promise<Output & { $metadata: ReturnType<JsonProtocol['deserializeMetadata']> }> {
    if (this.isErrorResponse(response.statusCode)) return super.deserializeResponse(operation, context, response)
    const text = await textOf(response.body)
    return { ...(text && JSON.parse(text)), $metadata: this.deserializeMetadata(response) }
  }
}

function tokenNameOf({ input }: OperationSchema): string | undefined {
  for (const [name, member] of NormalizedSchema.of(input).structIterator()) {
    if (member.isIdempotencyToken()) return name
  }
  return undefined
}

function textOf(body: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    body.setEncoding('utf8')
    body.on('data', (piece) => {
      text += piece
    })
    body.once('end', () => resolve(text))
    body.once('error', reject)
  })
}

/** For the SDK, which reads the body of an error as bytes. */
export async function bytesOf(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  for await (const piece of body) pieces.push(piece)
  return Buffer.concat(pieces)
}
