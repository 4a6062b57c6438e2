import { describe, expect, it } from 'vitest'
import { hashOf, newId, newSecret, newTypedCode, openSeal, seal } from '../../../functions/crypto/secrets.ts'

const PRESENTED = newSecret()
const SUCCESSOR = newSecret()
const SID = newId()

describe('a sealed successor', () => {
  it('opens with the token it succeeds and its session', () => {
    expect(openSeal(seal(SUCCESSOR, PRESENTED, SID), PRESENTED, SID)).toBe(SUCCESSOR)
  })

  it.each([
    ['another token', newSecret(), SID],
    ['the successor itself', SUCCESSOR, SID],
    ['the hash of the token, which the store holds', hashOf(PRESENTED), SID],
    ['the token with one character changed', `${PRESENTED.slice(0, -1)}${PRESENTED.endsWith('A') ? 'E' : 'A'}`, SID],
    ['the token of another session', PRESENTED, newId()],
    ['no token', '', SID],
  ])('stays shut for %s', (_, presented, sid) => {
    const sealed = seal(SUCCESSOR, PRESENTED, SID)
    expect(() => openSeal(sealed, presented, sid)).toThrow()
  })

  it('is refused when any of its bytes was changed', () => {
    const bytes = Buffer.from(seal(SUCCESSOR, PRESENTED, SID), 'base64url')
    for (let at = 0; at < bytes.length; at++) {
      const tampered = Buffer.from(bytes)
      tampered.writeUInt8(tampered.readUInt8(at) ^ 1, at)
      expect(() => openSeal(tampered.toString('base64url'), PRESENTED, SID), `byte ${at}`).toThrow()
    }
  })

  it('is refused when it was cut, at any length', () => {
    const bytes = Buffer.from(seal(SUCCESSOR, PRESENTED, SID), 'base64url')
    for (let length = 0; length < bytes.length; length++) {
      const cut = bytes.subarray(0, length).toString('base64url')
      expect(() => openSeal(cut, PRESENTED, SID), `${length} bytes`).toThrow()
    }
  })

  it('does not show the successor and never looks the same twice', () => {
    const seals = Array.from({ length: 100 }, () => seal(SUCCESSOR, PRESENTED, SID))
    expect(new Set(seals).size).toBe(100)
    for (const sealed of seals) {
      expect(Buffer.from(sealed, 'base64url').includes(SUCCESSOR)).toBe(false)
    }
  })
})

describe('what is drawn at random', () => {
  const draw = (make: () => string) => Array.from({ length: 1000 }, make)

  it('an id has 128 bits and a secret 256, both safe in a URL', () => {
    for (const id of draw(newId)) expect(Buffer.from(id, 'base64url')).toHaveLength(16)
    for (const secret of draw(newSecret)) expect(Buffer.from(secret, 'base64url')).toHaveLength(32)
    expect(newId()).toMatch(/^[A-Za-z0-9_-]{22}$/)
    expect(newSecret()).toMatch(/^[A-Za-z0-9_-]{43}$/)
  })

  it('repeats nothing', () => {
    expect(new Set([...draw(newId), ...draw(newSecret)]).size).toBe(2000)
  })

  it('a typed code has eight digits, leading zeros among them', () => {
    const codes = draw(newTypedCode)
    for (const code of codes) expect(code).toMatch(/^\d{8}$/)
    expect(codes.some((code) => code.startsWith('0'))).toBe(true)
    expect(codes.some((code) => code.startsWith('9'))).toBe(true)
  })
})

describe('the hash that is stored in a secret’s place', () => {
  it('is SHA-256', () => {
    expect(hashOf('abc')).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0')
  })
})
