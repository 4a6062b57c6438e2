import { beforeAll, describe, expect, it } from 'vitest'
import { hashPassword, needsRehash, nobodysHash, verifyPassword } from '../../../functions/crypto/passwords.ts'

/** MiB; the default, and one that keeps the tests fast. */
const MEMORY = 46
const LIGHT = 8
const PASSWORD = 'gravel walnut orbit seven'
const PHC = /^\$argon2id\$v=19\$m=47104,t=1,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/
/** From the tests of Argon2's reference implementation: "password" with the salt "somesalt". */
const FROM_ELSEWHERE = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'

let phc: string
let light: string
beforeAll(async () => {
  phc = await hashPassword(PASSWORD, MEMORY)
  light = await hashPassword(PASSWORD, LIGHT)
})

describe('a stored password', () => {
  it('is a PHC string of argon2id with 46 MiB, one pass, one lane, 128 bits of salt and 256 of hash', () => {
    expect(phc).toMatch(PHC)
  })

  it('takes the memory it is given', async () => {
    expect(light).toContain('$m=8192,t=1,p=1$')
    expect(nobodysHash(LIGHT)).toContain('$m=8192,t=1,p=1$')
    expect([needsRehash(light, LIGHT), needsRehash(light, LIGHT + 1), needsRehash(phc, MEMORY + 1)]).toEqual([
      false,
      true,
      true,
    ])
  })

  it('is salted: the same password looks different each time', async () => {
    expect(await hashPassword(PASSWORD, MEMORY)).not.toBe(phc)
  })

  it('is what the reference implementation makes, with the parameters that the string names', async () => {
    expect(await verifyPassword('password', FROM_ELSEWHERE)).toBe(true)
    expect(await verifyPassword('Password', FROM_ELSEWHERE)).toBe(false)
  })

  it.each([
    '',
    PASSWORD,
    '$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy',
    FROM_ELSEWHERE.replace('argon2id', 'argon2i'),
    FROM_ELSEWHERE.replace('v=19', 'v=16'),
    FROM_ELSEWHERE.replace('p=1', 'p=4'),
    `${FROM_ELSEWHERE}$`,
  ])('of another kind is an error, never a match: "%s"', async (text) => {
    await expect(verifyPassword(PASSWORD, text)).rejects.toThrow('not a PHC string of argon2id')
    expect(() => needsRehash(text, MEMORY)).toThrow('not a PHC string of argon2id')
  })
})

describe('the password fits', () => {
  it('when it is the same', async () => {
    expect(await verifyPassword(PASSWORD, phc)).toBe(true)
    expect(await verifyPassword(PASSWORD, light)).toBe(true)
  })

  it('when a keyboard sent é as one code point or as two, in either order', async () => {
    const composed = 'caf\u00e9 gravel walnut'
    const decomposed = 'cafe\u0301 gravel walnut'
    expect(await verifyPassword(decomposed, await hashPassword(composed, LIGHT))).toBe(true)
    expect(await verifyPassword(composed, await hashPassword(decomposed, LIGHT))).toBe(true)
  })

  it.each([
    ['the last character', 'gravel walnut orbit seveN'],
    ['the first character', 'Gravel walnut orbit seven'],
    ['a character less', PASSWORD.slice(0, -1)],
    ['a trailing space', `${PASSWORD} `],
    ['a leading space', ` ${PASSWORD}`],
    ['a trailing line end', `${PASSWORD}\n`],
    ['a trailing null character', `${PASSWORD}\0`],
    ['two spaces for one', PASSWORD.replace(' ', '  ')],
    ['a no-break space', PASSWORD.replace(' ', '\u00a0')],
    ['nothing', ''],
  ])('not with %s', async (_, changed) => {
    expect(await verifyPassword(changed, light)).toBe(false)
  })

  it('not when it only looks alike: nothing but NFC is folded', async () => {
    const stored = await hashPassword('ﬁne gravel walnut', LIGHT)
    expect(await verifyPassword('fine gravel walnut', stored)).toBe(false)
  })

  it('to its very end, however long it is', async () => {
    const long = `${'🦭'.repeat(255)}a`
    const stored = await hashPassword(long, LIGHT)
    expect(await verifyPassword(long, stored)).toBe(true)
    expect(await verifyPassword(`${'🦭'.repeat(255)}b`, stored)).toBe(false)
  })

  it('not when any part of what is stored was changed', async () => {
    const changed = (from: string, to: string) => light.replace(from, to)
    const [, , , , salt = '', hash = ''] = light.split('$')
    const other = (text: string) => `${text.startsWith('A') ? 'B' : 'A'}${text.slice(1)}`
    expect(await verifyPassword(PASSWORD, changed('m=8192', 'm=8184'))).toBe(false)
    expect(await verifyPassword(PASSWORD, changed('t=1', 't=2'))).toBe(false)
    expect(await verifyPassword(PASSWORD, changed(salt, other(salt)))).toBe(false)
    expect(await verifyPassword(PASSWORD, changed(hash, other(hash)))).toBe(false)
  })
})

describe('a hash is made anew', () => {
  const withCost = (memory: number, passes: number) =>
    `$argon2id$v=19$m=${memory},t=${passes},p=1$c29tZXNhbHQ$c29tZSBoYXNo`

  it.each([
    ['with less memory', withCost(47_103, 1), true],
    ['with less memory, though with more passes', withCost(19_456, 2), true],
    ['without a pass', withCost(47_104, 0), true],
    ['not with the parameters of today', withCost(47_104, 1), false],
    ['not with stronger ones', withCost(65_536, 3), false],
  ])('%s', (_, stored, expected) => {
    expect(needsRehash(stored, MEMORY)).toBe(expected)
  })

  it('never right after it was made', () => {
    expect(needsRehash(phc, MEMORY)).toBe(false)
  })
})

describe('nobody', () => {
  it('has the parameters of a real hash, so that refusing costs as much', () => {
    expect(nobodysHash(MEMORY)).toMatch(PHC)
    expect(needsRehash(nobodysHash(MEMORY), MEMORY)).toBe(false)
  })

  it.each(['', PASSWORD, '\0', 'nobody'])('signs in with no password: %j', async (password) => {
    expect(await verifyPassword(password, nobodysHash(MEMORY))).toBe(false)
  })

  it('is refused in the time a real account takes', async () => {
    const took = async (stored: string) => {
      const start = performance.now()
      await verifyPassword('a wrong password', stored)
      return performance.now() - start
    }
    const real: number[] = []
    const nobody: number[] = []
    for (let run = 0; run < 5; run++) {
      real.push(await took(phc))
      nobody.push(await took(nobodysHash(MEMORY)))
    }
    const ratio = median(nobody) / median(real)
    expect(ratio).toBeGreaterThan(0.5)
    expect(ratio).toBeLessThan(2)
  })
})

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}
