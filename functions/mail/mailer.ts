import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2'
import { must, PATIENCE } from '../data/client.ts'

export type Mail = { to: string; subject: string; text: string }

export function mailer(from: string) {
  const ses = new SESv2Client(PATIENCE)
  return {
    async send({ to, subject, text }: Mail): Promise<void> {
      await must(
        ses.send(
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
