import { randomUUID } from 'node:crypto'
import { AwsError } from '../door/aws-error.ts'
import type { Service } from '../door/call.ts'
import type { JsonObject } from '../model.ts'
import type { Mailbox } from '../outbox/mailbox.ts'

/** SES v2 SendEmail with simple content. The mail goes to the outbox. */
export function sesService(mailbox: Mailbox): Service {
  return async ({ input }) => {
    const { FromEmailAddress, Destination, Content } = fields(input, 'request', [
      'FromEmailAddress',
      'Destination',
      'Content',
    ])
    const { ToAddresses } = fields(Destination, 'Destination', ['ToAddresses'])
    const { Simple } = fields(Content, 'Content', ['Simple'])
    const { Subject, Body } = fields(Simple, 'Simple', ['Subject', 'Body'])
    const { Text, Html } = fields(Body, 'Body', ['Text', 'Html'])
    if (Text === undefined && Html === undefined) throw badRequest('Body needs Text or Html')
    const to = addresses(ToAddresses)
    const id = `${Date.now().toString(16).padStart(16, '0')}-${randomUUID()}-000000`
    await mailbox.add({
      id,
      to,
      from: String(FromEmailAddress),
      subject: content(Subject, 'Subject'),
      text: Text === undefined ? '' : content(Text, 'Text'),
      ...(Html === undefined ? {} : { html: content(Html, 'Html') }),
      at: new Date().toISOString(),
    })
    return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ MessageId: id }) }
  }
}

/** Refuses unknown fields: if one was ignored, the mail would not be what the caller asked for. */
function fields(value: JsonObject[string] | undefined, name: string, known: string[]): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw badRequest(`${name} must be an object`)
  const stranger = Object.keys(value).find((field) => !known.includes(field))
  if (stranger !== undefined) throw badRequest(`The laptop cloud does not know ${stranger} in ${name}`)
  return value
}

function addresses(value: JsonObject[string] | undefined): string[] {
  if (!Array.isArray(value) || value.length === 0) throw badRequest('Destination needs ToAddresses')
  return value.map((address) => {
    if (typeof address !== 'string' || !/^[\x20-\x7e]*[^\s@]@[^\s@]+$/.test(address)) {
      throw badRequest("Missing final '@domain'")
    }
    return address
  })
}

function content(value: JsonObject[string] | undefined, name: string): string {
  const { Data } = fields(value, name, ['Data', 'Charset'])
  if (typeof Data !== 'string') throw badRequest(`${name} needs Data`)
  if (name === 'Subject' && /[\r\n]/.test(Data)) throw badRequest('A subject is one line')
  return Data
}

function badRequest(message: string): AwsError {
  return new AwsError('BadRequestException', 400, message)
}
