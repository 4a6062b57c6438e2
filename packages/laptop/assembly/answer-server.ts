import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export type CustomResourceAnswer = {
  Status?: string
  Reason?: string
  PhysicalResourceId?: string
  StackId?: string
  RequestId?: string
  LogicalResourceId?: string
}
export type AnswerServer = {
  /** Gives a URL that takes one PUT, like the presigned URL of CloudFormation. */
  expectOne(): { url: string; answer: Promise<CustomResourceAnswer> }
  close(): Promise<void>
}

export async function startAnswerServer(): Promise<AnswerServer> {
  const expected = new Map<string, PromiseWithResolvers<CustomResourceAnswer>>()
  async function receive(request: IncomingMessage, response: ServerResponse) {
    const path = request.url ?? ''
    const waiting = request.method === 'PUT' ? expected.get(path) : undefined
    if (!waiting) return response.writeHead(403).end()
    expected.delete(path)
    const answer = readAnswer(request)
    await Promise.allSettled([answer])
    // The function must get its 200 first: whoever gets the answer may close this server.
    return response.writeHead(200).end(() => waiting.resolve(answer))
  }
  const server = createServer((request, response) => void receive(request, response))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    expectOne() {
      const path = `/answer?X-Amz-Signature=${randomBytes(32).toString('hex')}`
      const waiting = Promise.withResolvers<CustomResourceAnswer>()
      expected.set(path, waiting)
      return { url: `http://127.0.0.1:${port}${path}`, answer: waiting.promise }
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function readAnswer(request: IncomingMessage): Promise<CustomResourceAnswer> {
  const body = await text(request)
  try {
    return JSON.parse(body)
  } catch (cause) {
    throw new Error('its answer is not JSON', { cause })
  }
}
