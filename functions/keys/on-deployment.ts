import type { CloudFormationCustomResourceEvent } from 'aws-lambda'
import { config } from '../config.ts'
import { hashOf } from '../crypto/secrets.ts'
import { prepared } from '../prepared.ts'
import { issuerDocumentStore } from './issuer-document-store.ts'
import type { KeyRing } from './key-ring-store.ts'
import { newSigningKey, publicPart } from './signing-key.ts'
import { keyRing, publicKeys } from './wiring.ts'

const needs = () => ({
  keyRing: keyRing(),
  publicKeys: publicKeys(),
  documents: issuerDocumentStore(config.aws(), config.issuerBucket()),
  issuer: config.issuer(),
})
type Needs = ReturnType<typeof needs>

const PHYSICAL_ID = 'key-ring'
const ANSWERS_WITHIN_MS = 240_000
const PAUSE_MS = 1000

type Outcome = { Status: 'SUCCESS' } | { Status: 'FAILED'; Reason: string }

/** CloudFormation's own protocol. Create and Update ensure the same state; Delete leaves the keys where they are. */
export const handler = prepared(needs, async (has, event: CloudFormationCustomResourceEvent): Promise<void> => {
  const isDelete = event.RequestType === 'Delete'
  await respond(event, isDelete ? { Status: 'SUCCESS' } : await outcomeOf(ensure(has, event.StackId)))
})

async function outcomeOf(work: Promise<void>): Promise<Outcome> {
  try {
    await work
    return { Status: 'SUCCESS' }
  } catch (error) {
    console.error(error)
    return { Status: 'FAILED', Reason: error instanceof Error ? error.message : String(error) }
  }
}

async function ensure(has: Needs, stackId: string): Promise<void> {
  const { publicKeys, documents, issuer } = has
  const ring = await ensureRing(has, stackId)
  const keys = ring.keys.map(({ kid, state, jwk }) => ({ kid, state, ...publicPart(jwk) }))
  // The handlers get the keys first, because they would refuse a key that only the gateway knows.
  await publicKeys.publish(keys)
  await documents.put('jwks.json', {
    keys: keys.map(({ kid, kty, n, e }) => ({ kid, kty, n, e, use: 'sig', alg: 'RS256' })),
  })
  await documents.put('openid-configuration', {
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    authorization_endpoint: `${issuer}/authorize`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  })
  await untilAnswered(`${issuer}/.well-known/openid-configuration`)
}

async function ensureRing({ keyRing }: Needs, stackId: string): Promise<KeyRing> {
  const found = await keyRing.find()
  if (found) return found
  const key = await newSigningKey()
  await keyRing.putFirst({ keys: [{ ...key, state: 'current' }] }, hashOf(stackId))
  // Read back, because a parallel call may have stored its ring first, and then that ring counts.
  const ring = await keyRing.find()
  if (!ring) throw new Error('the key ring was put but cannot be read')
  return ring
}

/** The authorizer is created next, and its creation fails for good when the issuer does not answer. */
async function untilAnswered(url: string): Promise<void> {
  const giveUpAt = Date.now() + ANSWERS_WITHIN_MS
  for (;;) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5000) }).then(
      (response) => (response.ok ? undefined : `status ${response.status}`),
      (error: unknown) => String(error),
    )
    if (answer === undefined) return
    if (Date.now() > giveUpAt) throw new Error(`the issuer ${url} does not answer: ${answer}`)
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
  }
}

async function respond(event: CloudFormationCustomResourceEvent, outcome: Outcome) {
  const { StackId, RequestId, LogicalResourceId } = event
  const response = await fetch(event.ResponseURL, {
    method: 'PUT',
    // The URL is signed for a request without a content type.
    headers: { 'content-type': '' },
    body: JSON.stringify({ ...outcome, StackId, RequestId, LogicalResourceId, PhysicalResourceId: PHYSICAL_ID }),
  })
  if (!response.ok) throw new Error(`CloudFormation refused the answer: status ${response.status}`)
}
