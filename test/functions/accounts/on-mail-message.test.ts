import type { SQSEvent } from 'aws-lambda'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { verifyPassword } from '../../../functions/crypto/passwords.ts'
import { hashOf } from '../../../functions/crypto/secrets.ts'
import { codesIn, signedUp, withAccount } from '../../helpers/accounts.ts'
import { anId, aPending, DAY, inParallel, NOW } from '../../helpers/builders.ts'
import { startDynoxide, usingDatabase } from '../../helpers/dynamodb.ts'
import { type FakeCloud, startFakeCloud } from '../../helpers/fake-cloud.ts'

const database = usingDatabase(startDynoxide)
let cloud: FakeCloud
let handler: typeof import('../../../functions/accounts/on-mail-message.ts').handler

beforeAll(async () => {
  cloud = await startFakeCloud(database())
  Object.assign(process.env, cloud.variables)
  ;({ handler } = await import('../../../functions/accounts/on-mail-message.ts'))
})
afterAll(() => cloud.stop())

const logged: string[] = []
beforeEach(() => {
  at(NOW)
  cloud.forget()
  logged.length = 0
  for (const level of ['info', 'error'] as const) {
    vi.spyOn(console, level).mockImplementation((...line: unknown[]) => void logged.push(line.join(' ')))
  }
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const at = (seconds: number) => vi.useFakeTimers({ toFake: ['Date'], now: seconds * 1000 })

/** Delivers the bodies as one batch; gives the numbers of those that failed. */
async function deliver(...bodies: unknown[]): Promise<number[]> {
  const Records = bodies.map((body, number) => ({
    messageId: String(number),
    body: typeof body === 'string' ? body : JSON.stringify(body),
  }))
  const { batchItemFailures } = await handler({ Records } as SQSEvent)
  return batchItemFailures.map(({ itemIdentifier }) => Number(itemIdentifier))
}

const signUpOf = ({ id }: { id: string }) => ({ kind: 'sign-up', pendingId: id })
const mailedLines = () => cloud.mails.flatMap(({ text }) => text.split('\n'))
const mailedToken = () => /#token=(.+)$/.exec(mailedLines().find((line) => line.includes('#token=')) ?? '')?.[1] ?? ''
const mailedCode = () => (mailedLines().find((line) => /^\d{4} \d{4}$/.test(line)) ?? '').replace(' ', '')
const waiting = (id: string) => codesIn(database()).findPending(id, NOW)

/** As sign-up leaves it: no mail was made yet. */
async function justSignedUp(changes = {}) {
  const { tokenHash: _, codePhc: __, ...pending } = aPending(changes)
  await codesIn(database()).putPending(pending)
  return pending
}

describe('a sign-up', () => {
  it('is mailed a token and a code to its address, of which only hashes are kept', async () => {
    const pending = await justSignedUp()
    expect(await deliver(signUpOf(pending))).toEqual([])
    expect(cloud.mails).toHaveLength(1)
    expect(cloud.mails[0]).toMatchObject({
      from: 'no-reply@example.com',
      to: pending.address,
      subject: 'Confirm your address for Lethe',
    })
    const [id, secret = ''] = mailedToken().split('.')
    const { tokenHash, codePhc = '' } = (await waiting(pending.id)) ?? {}
    expect(id).toBe(pending.id)
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32)
    expect(tokenHash).toBe(hashOf(secret))
    expect(await verifyPassword(mailedCode(), codePhc)).toBe(true)
  })

  it('of an address that has an account is told so, at the address of the account, and gets no token', async () => {
    const { profile } = await withAccount(database())
    const pending = await justSignedUp({ login: profile.login, address: profile.login.toUpperCase() })
    expect(await deliver(signUpOf(pending))).toEqual([])
    expect(cloud.mails).toHaveLength(1)
    expect(cloud.mails[0]).toMatchObject({ to: profile.email, subject: 'You have an account at Lethe' })
    expect(mailedToken()).toBe('')
    // What nobody is told is kept all the same: guessing must not be quicker where the address is taken.
    const kept = {
      tokenHash: expect.any(String),
      codePhc: expect.stringMatching(/^\$argon2id\$/),
      expiresAt: expect.anything(),
    }
    expect(await waiting(pending.id)).toEqual({ ...pending, ...kept })
  })

  it('that is unknown or has expired is mailed nothing and leaves the queue', async () => {
    const expired = await justSignedUp({ expiresAt: NOW })
    expect(await deliver(signUpOf({ id: anId() }), signUpOf(expired))).toEqual([])
    expect(cloud.mails).toEqual([])
  })

  it('delivered again sends no second mail, and the first one’s token still counts', async () => {
    const pending = await justSignedUp()
    await deliver(signUpOf(pending))
    const before = await waiting(pending.id)
    for (const later of [0, 31, 90, DAY / 2]) {
      at(NOW + later)
      expect(await deliver(signUpOf(pending))).toEqual([])
    }
    expect(cloud.mails).toHaveLength(1)
    expect(await waiting(pending.id)).toEqual(before)
  })

  it('delivered eight times at once is mailed once; who lost comes again', async () => {
    const pending = await justSignedUp()
    const failures = await inParallel(8, () => deliver(signUpOf(pending)))
    expect(cloud.mails).toHaveLength(1)
    expect(failures.filter((failed) => failed.length === 0).length).toBeGreaterThanOrEqual(1)
    expect(await deliver(signUpOf(pending))).toEqual([])
    expect(cloud.mails).toHaveLength(1)
  })
})

describe('mails to one address', () => {
  it('are one a minute: more sign-ups leave the queue without a mail and without a token', async () => {
    const login = `${anId()}@example.com`
    const first = await justSignedUp({ login })
    const second = await justSignedUp({ login })
    expect(await deliver(signUpOf(first), signUpOf(second))).toEqual([])
    expect(cloud.mails).toHaveLength(1)
    expect(await waiting(second.id)).toEqual(second)
  })

  it('are five an hour, whether or not it has an account', async () => {
    const { profile } = await withAccount(database())
    for (let minute = 0; minute < 10; minute++) {
      at(NOW + 60 * minute)
      await deliver(signUpOf(await justSignedUp({ login: profile.login })))
    }
    expect(cloud.mails).toHaveLength(5)
  })

  it('are counted by the canonical address, not by its spelling', async () => {
    const login = `${anId()}@example.com`
    await deliver(signUpOf(await justSignedUp({ login, address: login.toUpperCase() })))
    await deliver(signUpOf(await justSignedUp({ login, address: login })))
    expect(cloud.mails).toHaveLength(1)
  })
})

describe('a mail that fails', () => {
  it('keeps its message, and only its own, in the queue', async () => {
    const [one, two, three] = [await justSignedUp(), await justSignedUp(), await justSignedUp()]
    cloud.fail('ses:SendEmail', 'broken', 'broken', 'broken')
    expect(await deliver(signUpOf(one), signUpOf(two), signUpOf(three))).toEqual([0])
    expect(cloud.mails.map(({ to }) => to)).toEqual([two.address, three.address])
  })

  it('is sent when the message comes again after its time of hiding', async () => {
    const pending = await justSignedUp()
    cloud.fail('ses:SendEmail', 'broken', 'broken', 'broken')
    expect(await deliver(signUpOf(pending))).toEqual([0])
    at(NOW + 90)
    expect(await deliver(signUpOf(pending))).toEqual([])
    expect(cloud.mails).toHaveLength(1)
    expect((await waiting(pending.id))?.tokenHash).toBe(hashOf(mailedToken().split('.')[1] ?? ''))
  })

  it('waits while another may still be sending it', async () => {
    const pending = await justSignedUp()
    cloud.fail('ses:SendEmail', 'broken', 'broken', 'broken')
    await deliver(signUpOf(pending))
    at(NOW + 29)
    expect(await deliver(signUpOf(pending))).toEqual([0])
    expect(cloud.mails).toEqual([])
  })

  it.each(['dynamodb:PutItem', 'dynamodb:GetItem', 'dynamodb:UpdateItem'])(
    'because %s fails keeps its message and sends nothing',
    async (action) => {
      const pending = await justSignedUp()
      cloud.fail(action, 'broken', 'broken', 'broken')
      expect(await deliver(signUpOf(pending))).toEqual([0])
      expect(cloud.mails).toEqual([])
    },
  )
})

describe('a token that was used twice', () => {
  const reuse = (userId: string, sid = anId()) => ({ kind: 'token-reuse', userId, sid, at: NOW - 60 })

  it('is told to the owner of the session, with the time, once per session', async () => {
    const { profile } = await withAccount(database())
    const message = reuse(profile.id)
    expect(await deliver(message, message)).toEqual([])
    expect(await deliver({ ...message, at: NOW })).toEqual([])
    expect(cloud.mails).toHaveLength(1)
    expect(cloud.mails[0]).toMatchObject({
      to: profile.email,
      subject: 'One of your sessions at Lethe was ended',
      text: expect.stringContaining(new Date((NOW - 60) * 1000).toUTCString()),
    })
    expect(await deliver(reuse(profile.id))).toEqual([])
    expect(cloud.mails).toHaveLength(2)
  })

  it('of an account that is gone is told to nobody', async () => {
    expect(await deliver(reuse(anId()))).toEqual([])
    expect(cloud.mails).toEqual([])
  })
})

describe('a message that nobody understands', () => {
  it('fails, so that it ends among the dead letters, and the others of its batch do not', async () => {
    const pending = await justSignedUp()
    const unknown = { kind: 'password-reset', pendingId: pending.id }
    expect(await deliver(unknown, '{', signUpOf(pending), '"sign-up"', '')).toEqual([0, 1, 3, 4])
    expect(cloud.mails).toHaveLength(1)
    expect(logged.length).toBeGreaterThanOrEqual(4)
  })
})

describe('the log', () => {
  it('never shows an address, a token or a code', async () => {
    const login = `${anId()}@example.com`
    const sent = await justSignedUp({ login })
    const dropped = await justSignedUp({ login })
    const failed = await signedUp(database())
    await deliver(signUpOf(sent), signUpOf(dropped))
    cloud.fail('ses:SendEmail', 'broken', 'broken', 'broken')
    await deliver(signUpOf(failed))
    const text = logged.join('\n')
    expect(text).toContain(dropped.id)
    for (const secret of [login, failed.login, failed.address, mailedToken(), mailedCode()]) {
      expect(secret).not.toBe('')
      expect(text).not.toContain(secret)
    }
  })
})
