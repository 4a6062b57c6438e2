import { expect, test } from 'vitest'
import type { Claims } from '../jwt-claims.ts'
import { judgeClaims, refuseMissingToken, refuseToken } from '../jwt-verdict.ts'

const NOW = 1_800_000_000
const RULES = { issuer: 'https://login.example.org', audience: ['app'] }
const judge = (claims: Claims, routeScopes: string[] = []) =>
  judgeClaims({ iss: RULES.issuer, aud: 'app', exp: NOW + 1, ...claims }, RULES, { routeScopes, nowSeconds: NOW })

const challenge = (status: number, value: string, reason: string) => ({
  refusal: {
    status,
    headers: [
      ['content-type', 'application/json'],
      ['www-authenticate', value],
    ],
    body: JSON.stringify({ message: status === 401 ? 'Unauthorized' : 'Forbidden' }),
    reason,
  },
})

test('without a token, or with one that is not right, the answer is 401', () => {
  expect(refuseMissingToken()).toEqual(challenge(401, 'Bearer', 'no token'))
  const value = 'Bearer scope="a b" error="invalid_token" error_description="it is odd"'
  expect(refuseToken('it is odd', ['a', 'b'])).toEqual(challenge(401, value, 'it is odd'))
})

test.each<[Claims, string]>([
  [{ iss: `${RULES.issuer}/` }, 'the token has an invalid issuer'],
  [{ aud: 'other', client_id: 'app' }, 'the token does not have a valid audience'],
  [{ exp: NOW }, 'the token has expired'],
  [{ nbf: NOW + 1 }, 'the token is not valid yet'],
])('the claims %j are refused: %s', (claims, reason) => {
  const value = `Bearer scope="" error="invalid_token" error_description="${reason}"`
  expect(judge(claims)).toEqual(challenge(401, value, reason))
})

test('a handler gets all claims as strings, and the scopes only where the route asks for one', () => {
  const claims = { iss: RULES.issuer, aud: '[app web]', exp: String(NOW + 1), scope: 'a b', n: '7' }
  const token = { aud: ['app', 'web'], scope: 'a b', n: 7, nothing: null }
  expect(judge(token)).toEqual({ jwt: { claims, scopes: null } })
  expect(judge(token, ['b', 'c'])).toEqual({ jwt: { claims, scopes: ['a', 'b'] } })
})

test('a token without a scope of the route is answered with 403', () => {
  const reason = 'the token does not have a required scope'
  const value = `Bearer scope="c" error="insufficient_scope" error_description="${reason}"`
  expect(judge({ scope: 'a b' }, ['c'])).toEqual(challenge(403, value, reason))
})
