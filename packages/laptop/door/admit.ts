import { identify } from './action.ts'
import type { Authority } from './authority.ts'
import type { AwsRequest, Call, RequestHead, Service, ServiceName } from './call.ts'
import type { Catalog } from './catalog.ts'
import type { BucketCors } from './cors.ts'
import type { FindKey } from './credentials.ts'
import { denialError } from './denial.ts'
import type { Exchange } from './exchange.ts'
import type { SignatureClaim } from './signature-claim.ts'
import { CHUNKED, verifySignature } from './sigv4.ts'
import { openUpload, provedWhole, withoutChunkedEncoding } from './upload.ts'

export type DoorContext = {
  services: Record<ServiceName, Service>
  authority: Authority
  catalog: Catalog
  cors: BucketCors
  findKey: FindKey
  report: (line: string) => void
}

const NOTHING = Buffer.alloc(0)

/** Checks a request: first its signature, then what it asks for, then whether that is allowed. Throws the refusal. */
export async function admit(
  context: DoorContext,
  exchange: Exchange,
  head: RequestHead,
  claim: SignatureClaim,
): Promise<Call> {
  const { service } = claim
  // An object may be larger than the memory: its bytes are not read before they are stored.
  const body = service === 's3' ? NOTHING : await exchange.whole()
  const request: AwsRequest = { ...head, body }
  const { principalName, payloadHash } = await verifySignature(request, claim, context.findKey, Date.now())
  const { operation, needs, input, takesContent } = identify(request, service, context.catalog)
  const denial = context.authority.judge(principalName, needs)
  if (denial !== undefined) throw denialError(service, denial)
  return {
    ...request,
    ...(service === 's3' ? await contentOf(exchange, head, payloadHash, takesContent) : { upload: undefined }),
    operation,
    input,
    may: (action, resource) => context.authority.holds(principalName, action, resource),
    // Made only where a service asks for it.
    get signal() {
      return exchange.signal
    },
    sourceIp: exchange.message.socket.remoteAddress?.replace(/^::ffff:/, '') ?? '',
  }
}

type Content = Pick<Call, 'headers' | 'body' | 'upload'>

async function contentOf(
  { body, whole }: Exchange,
  head: RequestHead,
  payloadHash: string,
  takes: boolean,
): Promise<Content> {
  const { headers } = head
  if (!takes) return { headers, body: provedWhole(await whole(), payloadHash), upload: undefined }
  const upload = openUpload(head, payloadHash, body)
  return { headers: payloadHash === CHUNKED ? withoutChunkedEncoding(headers) : headers, body: NOTHING, upload }
}
