import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto'

type HashData = string | ArrayBuffer | ArrayBufferView

/** SHA-256, or HMAC with it. The SDK's signer wants a constructor. */
export class Sha256 {
  private readonly hash: Hash | Hmac

  constructor(secret?: HashData) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytes(secret))
  }

  update(data: Uint8Array): void {
    this.hash.update(data)
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.hash.digest())
  }

  reset(): void {
    throw new Error('a signature needs each hash once')
  }
}

function bytes(data: HashData): string | Buffer {
  if (typeof data === 'string') return data
  return ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : Buffer.from(data)
}
