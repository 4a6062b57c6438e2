/** The only reader of process.env. A missing or empty variable stops the function at its start, by name. */
function required(name: string): string {
  const value = process.env[name]
  if (!value) throw new Error(`The variable ${name} is not set`)
  return value
}

function count(name: string): number {
  const value = Number(required(name))
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`The variable ${name} must be a whole number above 0`)
  return value
}

const days = (name: string) => count(name) * 86_400

export const config = {
  usersTable: () => required('USERS_TABLE'),
  sessionsTable: () => required('SESSIONS_TABLE'),
  codesTable: () => required('CODES_TABLE'),
  mailQueueUrl: () => required('MAIL_QUEUE_URL'),
  keyRingSecret: () => required('KEY_RING_SECRET'),
  issuerBucket: () => required('ISSUER_BUCKET'),
  mailFrom: () => required('MAIL_FROM'),
  appUrl: () => required('APP_URL'),
  productName: () => required('PRODUCT_NAME'),
  tokens: () => ({ issuer: required('ISSUER'), audience: required('AUDIENCE') }),
  clientId: () => required('CLIENT_ID'),
  sessionLimits: () => ({ idle: days('SESSION_IDLE_DAYS'), absolute: days('SESSION_ABSOLUTE_DAYS') }),
  issuer: () => required('ISSUER'),
  passwordMemoryMib: () => count('PASSWORD_MEMORY_MIB'),
}
