import { describe, expect, it } from 'vitest'
import { deriveCredentials, keyRegister } from '../../door/credentials.ts'

describe('credentials', () => {
  it('follow from seed and name alone', () => {
    expect(deriveCredentials('seed', 'sign-in')).toEqual(deriveCredentials('seed', 'sign-in'))
  })

  it('look like temporary ones of AWS', () => {
    const { accessKeyId, secretAccessKey, sessionToken } = deriveCredentials('seed', 'sign-in')
    expect(accessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/)
    expect(secretAccessKey).toMatch(/^[A-Za-z0-9+/]{40}$/)
    expect(sessionToken.length).toBeGreaterThan(40)
  })

  it('share nothing between two names or two seeds', () => {
    const all = [
      deriveCredentials('seed', 'sign-in'),
      deriveCredentials('seed', 'sign-up'),
      deriveCredentials('other', 'sign-in'),
    ].flatMap((credentials) => Object.values(credentials))
    expect(new Set(all).size).toBe(9)
  })

  it('lead from the key id to their holder', () => {
    const findKey = keyRegister('seed', ['sign-in', 'dev'])
    const credentials = deriveCredentials('seed', 'dev')
    expect(findKey(credentials.accessKeyId)).toEqual({ principalName: 'dev', credentials })
    expect(findKey(deriveCredentials('seed', 'sign-up').accessKeyId)).toBeUndefined()
  })
})
