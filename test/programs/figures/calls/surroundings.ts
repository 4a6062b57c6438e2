import { buffer } from 'node:stream/consumers'
import { handler as onMailMessage } from '../../../../functions/accounts/on-mail-message.ts'
import { sha256 } from '../../../e2e/s3.ts'
import type { FakeCloud } from '../../../helpers/fake-cloud.ts'
import { deliver } from '../../../helpers/triggers.ts'
import { type Served, serve } from '../../deploy/serve.ts'

/**
 * What else a client speaks to: an outbox, and a bucket that takes files. Nothing happens here by itself, so that no
 * trigger comes between the calls of a request: a mail is sent when it is looked for, and an object is announced to nobody.
 */
export function serveSurroundings(cloud: FakeCloud): Promise<Served> {
  return serve(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    if (request.method === 'PUT') {
      const bytes = await buffer(request)
      const id = pathname.split('/').at(-1) ?? ''
      cloud.s3.stored.set(id, { size: bytes.length, sum: sha256(bytes), at: Date.now() / 1000 })
      response.end()
    } else {
      await sendMails(cloud)
      const mails = cloud.mails.filter(({ to }) => to === searchParams.get('to'))
      response.end(JSON.stringify({ mails }))
    }
  })
}

async function sendMails({ messages }: FakeCloud): Promise<void> {
  const signUps = messages.splice(0).filter((message) => (message as { kind: string }).kind === 'sign-up')
  const failed = await deliver(onMailMessage, ...signUps)
  if (failed.length > 0) throw new Error('a mail was not sent')
}
