import { SESv2Client, SendEmailCommand, type SendEmailCommandInput } from '@aws-sdk/client-sesv2'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Mailbox, openMailbox } from '../../outbox/mailbox.ts'
import { sesService } from '../../services/ses.ts'
import { allow, functionWith, startTestDoor } from '../door/test-door.ts'
import { temporaryFolder } from '../temporary-folder.ts'

async function started(identity = 'example.com') {
  const mailbox: Mailbox = await openMailbox(temporaryFolder())
  const grant = allow('ses:SendEmail', `arn:aws:ses:us-east-1:000000000000:identity/${identity}`)
  const { door, as } = await startTestDoor(functionWith('f', grant), { ses: sesService(mailbox) })
  onTestFinished(door.close)
  const client = new SESv2Client(as('f'))
  return { mailbox, send: (input: SendEmailCommandInput) => client.send(new SendEmailCommand(input)) }
}

const mail = (Simple: object, more: object = {}): SendEmailCommandInput => ({
  FromEmailAddress: 'Sample <no-reply@example.com>',
  Destination: { ToAddresses: ['ann@example.org'] },
  Content: { Simple: { Subject: { Data: 'Verify' }, Body: { Text: { Data: 'Hello' } }, ...Simple } },
  ...more,
})

describe('SendEmail', () => {
  it('puts text and HTML into the outbox under the id it answers', async () => {
    const { mailbox, send } = await started()
    const Body = { Text: { Data: 'Hällo' }, Html: { Data: '<p>Hällo</p>', Charset: 'UTF-8' } }
    const { MessageId } = await send(mail({ Body }))
    expect(mailbox.list()).toEqual([
      {
        id: MessageId,
        to: ['ann@example.org'],
        from: 'Sample <no-reply@example.com>',
        subject: 'Verify',
        text: 'Hällo',
        html: '<p>Hällo</p>',
        at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      },
    ])
  })

  it('is granted by address or by domain of the sender', async () => {
    await (await started('no-reply@example.com')).send(mail({}))
    await (await started('example.com')).send(mail({}))
    const { mailbox, send } = await started('example.net')
    await expect(send(mail({}))).rejects.toMatchObject({ name: 'AccessDeniedException' })
    expect(mailbox.list()).toEqual([])
  })

  it.each<[what: string, input: SendEmailCommandInput]>([
    ['an unknown field', mail({}, { ConfigurationSetName: 'tracked' })],
    ['headers', mail({ Headers: [{ Name: 'X-A', Value: 'b' }] })],
    ['copies', mail({}, { Destination: { ToAddresses: ['a@b.c'], BccAddresses: ['d@e.f'] } })],
    ['a template', mail({}, { Content: { Template: { TemplateName: 't', TemplateData: '{}' } } })],
    ['no recipient', mail({}, { Destination: { ToAddresses: [] } })],
    ['a recipient without a domain', mail({}, { Destination: { ToAddresses: ['ann'] } })],
    ['a recipient with a line break', mail({}, { Destination: { ToAddresses: ['ann@b.c\r\nBcc: x@y.z'] } })],
    ['a subject of two lines', mail({ Subject: { Data: 'a\nBcc: x@y.z' } })],
    ['no body', mail({ Body: {} })],
  ])('with %s is refused', async (_what, input) => {
    const { mailbox, send } = await started()
    await expect(send(input)).rejects.toMatchObject({ name: 'BadRequestException' })
    expect(mailbox.list()).toEqual([])
  })
})
