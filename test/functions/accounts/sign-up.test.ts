import { describe, expect, it } from 'vitest'
import { verifyPassword } from '../../../functions/crypto/passwords.ts'
import { codesIn, withAccount } from '../../helpers/accounts.ts'
import { anId, DAY, NOW } from '../../helpers/builders.ts'
import { TABLES } from '../../helpers/dynamodb.ts'
import { ask, json } from '../../helpers/gateway-event.ts'
import { rawItem, rawItemsWith } from '../../helpers/raw-items.ts'
import { usingRoute } from '../../helpers/routes.ts'

const { database, cloud, handler } = usingRoute(() => import('../../../functions/accounts/sign-up.ts'))
const PASSWORD = 'gravel walnut orbit seven'
const signUp = (body: object) =>
  ask(handler(), {
    method: 'POST',
    path: '/users',
    ...json({ email: 'jane@example.com', password: PASSWORD, ...body }),
  })

describe('a sign-up', () => {
  it('waits a day, with its name and the hash of its password, for a mail that the queue is asked for', async () => {
    const email = `Jane.${anId().replace(/_/g, '')}@Example.com`
    const { status, body } = await signUp({ email, name: ' Jane ' })
    expect(status).toBe(202)
    const pending = await codesIn(database()).findPending(body.pendingId, NOW)
    expect(pending).toMatchObject({ login: email.toLowerCase(), name: 'Jane', expiresAt: NOW + DAY })
    expect(pending?.tokenHash).toBeUndefined()
    expect(await verifyPassword(PASSWORD, pending?.phc ?? '')).toBe(true)
    expect(cloud().messages).toEqual([{ kind: 'sign-up', pendingId: body.pendingId }])
  })

  it('is the same work and the same answer whether or not the address is taken; Users is never read', async () => {
    const { profile } = await withAccount(database())
    const answers = []
    for (const email of [profile.email, `${anId()}@example.com`]) {
      cloud().forget()
      const { body, ...answer } = await signUp({ email })
      answers.push({ ...answer, keys: Object.keys(body) })
      expect(cloud().calls).toEqual(['dynamodb:PutItem', 'sqs:SendMessage'])
    }
    expect(answers[0]).toEqual(answers[1])
  })

  it('keeps the password nowhere', async () => {
    const { body } = await signUp({})
    const item = await rawItem(database(), TABLES.codes, `P#${body.pendingId}`, 'signup')
    expect(JSON.stringify([item, cloud().messages, body])).not.toContain(PASSWORD)
  })

  it.each([
    ['the ligature ﬁ', 'ﬁ', 'fi'],
    ['full-width letters', 'ｊａｎｅ', 'jane'],
  ])('is mailed at the mailbox its account will be known by, not at a look-alike: %s', async (_, spelled, plain) => {
    const rest = `${anId().toLowerCase()}@example.com`
    const { body } = await signUp({ email: `${spelled}${rest}` })
    expect(await codesIn(database()).findPending(body.pendingId, NOW)).toMatchObject({
      login: `${plain}${rest}`,
      address: `${plain}${rest}`,
    })
  })
})

describe('a sign-up is refused and leaves nothing', () => {
  it.each([
    ['no address', { email: 'jane' }, 'invalid_input', [{ field: 'email', message: 'must be an e-mail address' }]],
    [
      'a short password',
      { password: 'gravel walnut' },
      'password_refused',
      [{ field: 'password', message: 'too_short' }],
    ],
    [
      'a simple password',
      { password: 'passwordpassword1' },
      'password_refused',
      [{ field: 'password', message: 'too_simple' }],
    ],
    [
      'the product’s name',
      { password: 'lethelethelethe1' },
      'password_refused',
      [{ field: 'password', message: 'too_simple' }],
    ],
    [
      'a name of two lines',
      { name: 'Jane\nMiller' },
      'invalid_input',
      [{ field: 'name', message: expect.any(String) }],
    ],
    ['a role', { role: 'admin' }, 'invalid_input', [{ field: 'role', message: expect.any(String) }]],
    ['an id of its own', { pendingId: anId() }, 'invalid_input', [{ field: 'pendingId', message: expect.any(String) }]],
  ])('%s', async (_, changes, code, errors) => {
    const { status, body } = await signUp(changes)
    expect([status, body.code, body.errors]).toEqual([400, code, errors])
    expect(cloud().calls).toEqual([])
  })
})

describe('when something fails', () => {
  it('the store: nobody is asked to send a mail', async () => {
    cloud().fail('dynamodb:PutItem', 'broken', 'broken', 'broken')
    const { status, headers } = await signUp({})
    expect([status, headers['retry-after']]).toEqual([503, '1'])
    expect(cloud().messages).toEqual([])
  })

  it('the queue: what waits has no token, so nobody can ever make an account of it', async () => {
    const email = `${anId().toLowerCase()}@example.com`
    cloud().fail('sqs:SendMessage', 'broken', 'broken', 'broken')
    expect((await signUp({ email })).status).toBe(503)
    const [pending] = await rawItemsWith(database(), TABLES.codes, 'login', email)
    expect(pending).toMatchObject({ ttl: { N: String(NOW + DAY) } })
    expect(pending).not.toHaveProperty('tokenHash')
    expect(pending).not.toHaveProperty('codePhc')
  })
})
