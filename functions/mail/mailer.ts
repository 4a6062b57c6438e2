import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2'
import { must, PATIENCE } from '../data/client.ts'
import { once } from '../once.ts'
import type { Mail } from './mail.ts'

/** One client in a process: it keeps the connection. */
const ses = once(() => new SESv2Client(PATIENCE))

export function mailer(from: string) {
  return {
    async send({ to, subject, text }: Mail): Promise<void> {
      await must(
        ses().send(
          new SendEmailCommand({
            FromEmailAddress: from,
            Destination: { ToAddresses: [to] },
            Content: { Simple: { Subject: { Data: subject }, Body: { Text: { Data: text } } } },
          }),
        ),
      )
    },
  }
}
