import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sqs } from '../../../functions/clients.ts'
import { config } from '../../../functions/config.ts'
import { queue as queueAt } from '../../../functions/data/queue.ts'
import { mailer } from '../../../functions/mail/mailer.ts'
import { type FakeCloud, startFakeCloud } from '../../helpers/fake-cloud.ts'

let cloud: FakeCloud
beforeAll(async () => {
  cloud = await startFakeCloud()
  Object.assign(process.env, cloud.variables)
})
afterAll(() => cloud.stop())
beforeEach(() => cloud.forget())

const queue = () => queueAt(sqs(), cloud.variables.MAIL_QUEUE_URL ?? '')
const MESSAGE = { kind: 'sign-up', pendingId: 'pending' } as const
const MAIL = { to: 'jane@example.com', subject: 'Confirm', text: 'line one\n\nline two — é' }

describe('the mail queue', () => {
  it('takes a message as it is', async () => {
    await queue().send(MESSAGE)
    expect(cloud.messages).toEqual([MESSAGE])
  })

  it('is tried three times and then unavailable', async () => {
    cloud.fail('sqs:SendMessage', 'broken', 'broken', 'broken')
    await expect(queue().send(MESSAGE)).rejects.toMatchObject({ code: 'store_unavailable' })
    expect(cloud.calls).toHaveLength(3)
    expect(cloud.messages).toEqual([])
  })
})

describe('the mailer', () => {
  it('sends one mail to one address, from ours', async () => {
    await mailer(config.aws(), 'no-reply@example.com').send(MAIL)
    expect(cloud.mails).toEqual([{ from: 'no-reply@example.com', ...MAIL }])
  })

  it('is tried three times and then unavailable', async () => {
    cloud.fail('ses:SendEmail', 'broken', 'broken', 'broken')
    await expect(mailer(config.aws(), 'no-reply@example.com').send(MAIL)).rejects.toMatchObject({
      code: 'store_unavailable',
    })
    expect(cloud.calls).toHaveLength(3)
    expect(cloud.mails).toEqual([])
  })
})
