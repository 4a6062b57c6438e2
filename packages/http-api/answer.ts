export type Header = [name: string, value: string]

export type HttpAnswer = {
  status: number
  headers: Header[]
  body: string | Buffer
  /** For the log, when the gateway answered instead of a function. Never sent. */
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

/** An answer that API Gateway gives without a function, byte for byte as AWS sends it. */
export function ownAnswer(status: OwnStatus, reason: string, headers: Header[] = []): HttpAnswer {
  return {
    status,
    headers: [['content-type', 'application/json'], ...headers],
    body: JSON.stringify({ message: MESSAGES[status] }),
    reason,
  }
}
