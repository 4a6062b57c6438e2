import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes, randomInt } from 'node:crypto'

/** 128 bits: ids and families. */
export const newId = () => randomBytes(16).toString('base64url')
/** 256 bits: for tokens that give access. */
export const newSecret = () => randomBytes(32).toString('base64url')
/** A code a person types: 8 digits, 26 bits. */
export const newTypedCode = () => String(randomInt(100_000_000)).padStart(8, '0')

export const hashOf = (secret: string) => createHash('sha256').update(secret).digest('base64url')

/** Encrypts the successor so that only the holder of the presented token can open it: a retry gets the same answer. */
export function seal(successor: string, presented: string, sid: string): string {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', sealingKey(presented, sid), nonce)
  return Buffer.concat([nonce, cipher.update(successor, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString(
    'base64url',
  )
}

export function openSeal(sealed: string, presented: string, sid: string): string {
  const bytes = Buffer.from(sealed, 'base64url')
  const decipher = createDecipheriv('aes-256-gcm', sealingKey(presented, sid), bytes.subarray(0, 12), {
    authTagLength: 16,
  })
  decipher.setAuthTag(bytes.subarray(-16))
  return decipher.update(bytes.subarray(12, -16), undefined, 'utf8') + decipher.final('utf8')
}

function sealingKey(presented: string, sid: string): Buffer {
  return Buffer.from(hkdfSync('sha256', presented, sid, 'lethe refresh successor', 32))
}
