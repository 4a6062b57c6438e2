import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

/** Just enough of DynamoDB and Secrets Manager for one signed-in request; answers at once, so that only the client counts. */
export async function fakeAws() {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { modulusLength: 3072, extractable: true })
  const { n, e } = await exportJWK(publicKey)
  const now = Math.floor(Date.now() / 1000)
  const accessToken = await new SignJWT({ client_id: 'lethe', sid: SID, gen: 1, jti: 'x' })
    .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid: 'k' })
    .setIssuer('https://issuer.example')
    .setAudience('lethe')
    .setSubject(USER)
    .setIssuedAt(now - 5)
    .setExpirationTime(now + 600)
    .sign(privateKey)
  const items = itemsAt(now, JSON.stringify([{ kid: 'k', state: 'current', kty: 'RSA', n, e }]))
  const ring = JSON.stringify({ keys: [{ kid: 'k', state: 'current', jwk: await exportJWK(privateKey) }] })
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? ''
      const body = JSON.stringify(answerTo(operation, Buffer.concat(chunks).toString(), items, ring))
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end(body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { endpoint: `http://127.0.0.1:${port}`, accessToken, refreshToken: REFRESH_TOKEN, close: () => server.close() }
}

const USER = 'u'.repeat(22)
const SID = 's'.repeat(22)
const REFRESH_TOKEN = `v1.${USER}.${SID}.${'f'.repeat(22)}.${'c'.repeat(43)}`

function itemsAt(now: number, keys: string) {
  const later = { N: String(now + 1000) }
  return {
    keys: { pk: { S: 'keys' }, sk: { S: 'public' }, keys: { S: keys } },
    gate: { pk: { S: USER }, sk: { S: 'gate' }, status: { S: 'active' }, epoch: { N: '1' }, roles: { L: [] } },
    profile: {
      pk: { S: USER },
      sk: { S: 'profile' },
      name: { S: 'n' },
      email: { S: 'a@b.example' },
      login: { S: 'a@b.example' },
      v: { N: '1' },
      createdAt: { N: '1' },
    },
    session: {
      pk: { S: USER },
      sk: { S: `s#${SID}` },
      fam: { S: 'f' },
      cur: { S: 'c' },
      gen: { N: '1' },
      seen: { N: '0' },
      rotatedAt: { N: '1' },
      idleUntil: later,
      endsAt: later,
      epoch: { N: '1' },
      authAt: { N: '1' },
      device: { S: '' },
      ip: { S: '' },
      ttl: later,
    },
  }
}

function answerTo(operation: string, body: string, items: ReturnType<typeof itemsAt>, ring: string): object {
  if (operation === 'GetSecretValue') return { SecretString: ring }
  if (operation === 'BatchGetItem') return { Responses: { sessions: [items.gate, items.session] }, UnprocessedKeys: {} }
  if (operation === 'UpdateItem') return { Attributes: items.session }
  if (body.includes('"keys"')) return { Item: items.keys }
  return { Item: body.includes('"profile"') ? items.profile : items.gate }
}
