import type { JWK } from 'jose'
import * as v from 'valibot'

const TIMEOUT_MILLISECONDS = 1500
const MAX_JWKS_BYTES = 150_000

const discoveryDocument = v.object({ issuer: v.string(), jwks_uri: v.string() })
const keySet = v.object({ keys: v.array(v.looseObject({ kty: v.string(), kid: v.optional(v.string()) })) })

export type IssuerKeys = {
  /** The RSA key with this id; undefined if the cached key set has none. Rejects if the key set cannot be fetched. */
  find: (kid: string) => Promise<JWK | undefined>
}

/** Asks the issuer where its keys are. AWS does so when it deploys an authorizer; without an answer, that fails. */
export async function discoverIssuer(issuer: string, cacheMilliseconds: number): Promise<IssuerKeys> {
  const address = `${issuer}/.well-known/openid-configuration`
  try {
    const document = v.parse(discoveryDocument, await fetchJson(address))
    if (document.issuer !== issuer) throw new Error(`the document is that of ${document.issuer}`)
    return issuerKeys(document.jwks_uri, cacheMilliseconds)
  } catch (cause) {
    throw new Error(
      `Caught exception when connecting to ${address} for issuer ${issuer}. Please try again later. ` +
        `Error: Invalid issuer: ${issuer}. Issuer must have a valid discovery endpoint ended with ` +
        `'/.well-known/openid-configuration' (${cause instanceof Error ? cause.message : cause})`,
      { cause },
    )
  }
}

function issuerKeys(address: string, cacheMilliseconds: number): IssuerKeys {
  let cached: { until: number; keys: Promise<JWK[]> } | undefined

  /** A key set is kept for its whole time, even if a token names an unknown key. A failure is not kept. */
  function keys(): Promise<JWK[]> {
    if (cached && performance.now() < cached.until) return cached.keys
    const fetched = fetchJson(address).then((document) => v.parse(keySet, document).keys)
    const entry = { until: performance.now() + cacheMilliseconds, keys: fetched }
    cached = entry
    fetched.catch(() => {
      if (cached === entry) cached = undefined
    })
    return fetched
  }

  return {
    find: async (kid) => (await keys()).find((key) => key.kid === kid && key.kty === 'RSA'),
  }
}

async function fetchJson(address: string): Promise<unknown> {
  const response = await fetch(address, { signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS) })
  if (!response.ok) throw new Error(`${address} answered ${response.status}`)
  const text = await response.text()
  if (Buffer.byteLength(text) > MAX_JWKS_BYTES) throw new Error(`${address} is larger than ${MAX_JWKS_BYTES} bytes`)
  return JSON.parse(text)
}
