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

export const FILE = 'n'.repeat(22)
const OBJECT = 'o'.repeat(22)
export const SUM_OF_NOTHING = '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='

function itemsAt(now: number, keys: string) {
  const later = { N: String(now + 1000) }
  const session = {
    ...key(USER, `s#${SID}`),
    ...texts({ fam: 'f', cur: 'c', device: '', ip: '' }),
    ...numbers({ gen: 1, seen: 0, rotatedAt: 1, epoch: 1, authAt: 1 }),
    ...{ idleUntil: later, endsAt: later, ttl: later },
  }
  const times = { ...numbers({ v: 1, createdAt: 1, changedAt: 1 }), ...texts({ changedBy: USER }) }
  const content = { ...texts({ object: OBJECT, type: 'text/plain', sum: SUM_OF_NOTHING }), ...numbers({ size: 0 }) }
  const others = [
    { ...key('keys', 'public'), ...texts({ keys }) },
    { ...key(USER, 'gate'), ...texts({ status: 'active' }), ...numbers({ epoch: 1 }), roles: { L: [] } },
    { ...key(USER, 'profile'), ...texts({ name: 'n', email: 'a@b.example', login: 'a@b.example' }), ...times },
    {
      ...key(`N#${FILE}`, 'at'),
      ...texts({ kind: 'file', owner: USER, folder: USER, name: 'n' }),
      ancestors: { L: [] },
    },
    {
      ...key(`F#${USER}`, 'n#n'),
      ...texts({ id: FILE, kind: 'file' }),
      ...numbers({ version: 1 }),
      ...content,
      ...times,
    },
    { ...key(`O#${OBJECT}`, 'obj'), ...texts({ state: 'ready', scan: 'none', owner: USER }), ...numbers({ refs: 1 }) },
  ]
  return { session, all: [session, ...others] }
}

const key = (pk: string, sk: string) => ({ pk: { S: pk }, sk: { S: sk } })
const texts = (fields: Record<string, string>) =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, { S: value }]))
const numbers = (fields: Record<string, number>) =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, { N: String(value) }]))

type Key = ReturnType<typeof key>

function answerTo(operation: string, body: string, { session, all }: ReturnType<typeof itemsAt>, ring: string): object {
  const find = ({ pk, sk }: Key) => all.find((item) => item.pk.S === pk.S && item.sk.S === sk.S)
  const { Key, RequestItems = {} } = JSON.parse(body)
  if (operation === 'GetSecretValue') return { SecretString: ring }
  if (operation === 'UpdateItem') return { Attributes: session }
  if (operation === 'GetItem') return { Item: find(Key) }
  const asked = Object.entries<{ Keys: Key[] }>(RequestItems)
  const found = asked.map(([table, { Keys }]) => [table, Keys.map(find).filter((item) => item !== undefined)])
  return { Responses: Object.fromEntries(found), UnprocessedKeys: {} }
}
