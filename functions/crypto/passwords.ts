import { argon2 as argon2Callback, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const argon2 = promisify(argon2Callback)

type Cost = { memory: number; passes: number }
type Phc = Cost & { salt: Buffer; hash: Buffer }

const LANES = 1
const HASH_BYTES = 32

/** One pass, one lane; with the default of 46 MiB this is OWASP's first choice. */
const costOf = (memoryMib: number): Cost => ({ memory: memoryMib * 1024, passes: 1 })

/** Unicode can spell one text in several ways, and keyboards differ. NFC unifies them; nothing else is changed. */
const bytesOf = (password: string) => Buffer.from(password.normalize('NFC'), 'utf8')

export async function hashPassword(password: string, memoryMib: number): Promise<string> {
  const salt = randomBytes(16)
  const cost = costOf(memoryMib)
  return format({ ...cost, salt, hash: await derive(password, salt, cost, HASH_BYTES) })
}

export async function verifyPassword(password: string, phc: string): Promise<boolean> {
  const { salt, hash, ...cost } = parse(phc)
  return timingSafeEqual(await derive(password, salt, cost, hash.length), hash)
}

export function needsRehash(phc: string, memoryMib: number): boolean {
  const { memory, passes } = parse(phc)
  const cost = costOf(memoryMib)
  return memory < cost.memory || passes < cost.passes
}

/** No password has this hash, but checking one against it costs as much as for a real account. */
export function nobodysHash(memoryMib: number): string {
  return format({ ...costOf(memoryMib), salt: Buffer.alloc(16), hash: Buffer.alloc(HASH_BYTES) })
}

function derive(password: string, nonce: Buffer, { memory, passes }: Cost, tagLength: number): Promise<Buffer> {
  return argon2('argon2id', { message: bytesOf(password), nonce, parallelism: LANES, memory, passes, tagLength })
}

function format({ memory, passes, salt, hash }: Phc): string {
  return `$argon2id$v=19$m=${memory},t=${passes},p=${LANES}$${unpadded(salt)}$${unpadded(hash)}`
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}

function parse(phc: string): Phc {
  const [, memory, passes, salt, hash] =
    /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=1\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(phc) ?? []
  if (!memory || !passes || !salt || !hash) throw new Error('not a PHC string of argon2id')
  return {
    memory: Number(memory),
    passes: Number(passes),
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  }
}
