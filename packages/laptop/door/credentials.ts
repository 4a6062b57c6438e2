import { createHmac } from 'node:crypto'

export type Credentials = { accessKeyId: string; secretAccessKey: string; sessionToken: string }

/** The identity for `sam local` and for people: it may do what all functions together may do. */
export const DEV = 'dev'

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** The same seed and name give the same credentials: URLs signed before a restart are still valid after it. */
export function deriveCredentials(seed: string, principalName: string): Credentials {
  const derive = (purpose: string) => createHmac('sha512', seed).update(`${purpose}\n${principalName}`).digest()
  const keyId = [...derive('access-key-id').subarray(0, 16)].map((byte) => BASE32[byte % 32]).join('')
  return {
    accessKeyId: `ASIA${keyId}`,
    secretAccessKey: derive('secret-access-key').subarray(0, 30).toString('base64'),
    sessionToken: derive('session-token').toString('base64'),
  }
}

export type KeyHolder = { principalName: string; credentials: Credentials }
export type FindKey = (accessKeyId: string) => KeyHolder | undefined

export function keyRegister(seed: string, principalNames: string[]): FindKey {
  const holders = new Map<string, KeyHolder>()
  for (const principalName of principalNames) {
    const credentials = deriveCredentials(seed, principalName)
    holders.set(credentials.accessKeyId, { principalName, credentials })
  }
  return (accessKeyId) => holders.get(accessKeyId)
}
