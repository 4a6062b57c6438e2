import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2'
import type { AwsPlace } from '../data/aws-place.ts'
import { must, sdkSettings } from '../data/client.ts'
import type { Mail } from './mail.ts'

export function mailer(place: AwsPlace, from: string) {
  const ses = new SESv2Client(sdkSettings('ses', place))
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
