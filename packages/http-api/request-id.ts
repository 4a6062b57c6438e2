import { randomBytes } from 'node:crypto'

/** Looks like an id of API Gateway: 16 characters, the last one `=`. */
export function newRequestId(): string {
  return randomBytes(11).toString('base64')
}
