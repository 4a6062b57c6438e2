import type { IncomingMessage } from 'node:http'

/** For the request line and all header values together (API Gateway quotas). */
export const MAX_HEADER_BYTES = 10_240
/** For Node's server: larger than AWS's limit, so that the gateway answers such a request and not Node. */
export const NODE_MAX_HEADER_BYTES = 65_536
const GATEWAY_MAX_BODY_BYTES = 10 * 1024 * 1024

export function headerBytes({ method = '', url = '', httpVersion, rawHeaders }: IncomingMessage): number {
  const line = `${method} ${url} HTTP/${httpVersion}`
  return rawHeaders.reduce((sum, text, index) => sum + (index % 2 === 1 ? text.length : 0), line.length)
}

/** The whole body, or undefined when it is over the limit. It is read to its end in both cases. */
export async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= GATEWAY_MAX_BODY_BYTES) chunks.push(chunk)
  }
  return size <= GATEWAY_MAX_BODY_BYTES ? Buffer.concat(chunks) : undefined
}
