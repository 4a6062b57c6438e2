/** A message of the mail queue. It holds only ids, never a token, a code or an address. */
export type MailMessage =
  | { kind: 'sign-up'; pendingId: string }
  | { kind: 'token-reuse'; userId: string; sid: string; at: number }

export function parseMailMessage(text: string): MailMessage {
  const message: unknown = JSON.parse(text)
  if (isMailMessage(message)) return message
  throw new Error('not a mail message')
}

function isMailMessage(message: unknown): message is MailMessage {
  if (typeof message !== 'object' || message === null || !('kind' in message)) return false
  if (message.kind === 'sign-up') return 'pendingId' in message && typeof message.pendingId === 'string'
  return (
    message.kind === 'token-reuse' &&
    'userId' in message &&
    typeof message.userId === 'string' &&
    'sid' in message &&
    typeof message.sid === 'string' &&
    'at' in message &&
    typeof message.at === 'number'
  )
}
