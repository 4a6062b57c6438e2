export type Header = [name: string, value: string]

export type Answer = {
  status: number
  headers: Header[]
  body: string | Buffer
  /** Why the gateway answered itself; for the log, never sent. */
  reason?: string
}

const MESSAGES = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  413: 'Request Entity Too Large',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

export type OwnStatus = keyof typeof MESSAGES

/** What the gateway answers itself, byte for byte. */
export function ownAnswer(status: OwnStatus, reason: string, headers: Header[] = []): Answer {
  return {
    status,
    headers: [['content-type', 'application/json'], ...headers],
    body: JSON.stringify({ message: MESSAGES[status] }),
    reason,
  }
}
