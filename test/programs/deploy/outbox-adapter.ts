import type { Mail } from '@lethe/laptop/outbox/mailbox.ts'
import { type Served, serve } from './serve.ts'

/** As MiniStack shows a mail that its SES has sent. */
type SentMail = {
  MessageId: string
  Source: string
  To: string[]
  Subject: string
  BodyText: string
  BodyHtml: string | null
  Timestamp: number
}

/** All sent mails, newest first. */
export async function readMails(ministackPort: number): Promise<Mail[]> {
  const answer = await fetch(`http://127.0.0.1:${ministackPort}/_ministack/ses/messages`)
  if (!answer.ok) throw new Error(`MiniStack does not show its mails: ${answer.status} ${await answer.text()}`)
  const { messages } = (await answer.json()) as { messages: Record<string, SentMail[]> }
  return Object.values(messages)
    .flat()
    .sort((one, other) => other.Timestamp - one.Timestamp)
    .map(toMail)
}

function toMail(sent: SentMail): Mail {
  return {
    id: sent.MessageId,
    to: sent.To,
    from: sent.Source,
    subject: sent.Subject,
    text: sent.BodyText,
    ...(sent.BodyHtml ? { html: sent.BodyHtml } : {}),
    at: new Date(sent.Timestamp * 1000).toISOString(),
  }
}

/** Answers `GET /mails?to=<address>` as the outbox of the laptop cloud does. */
export function serveOutbox(ministackPort: number): Promise<Served> {
  return serve(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://outbox')
    if (request.method !== 'GET' || pathname !== '/mails') return void response.writeHead(404).end()
    const to = searchParams.get('to')
    const mails = (await readMails(ministackPort)).filter((mail) => to === null || mail.to.includes(to))
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ mails }))
  })
}
