/** Only this file reads process.env. The function stops at its start and names a variable that is missing or empty. */
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

function oneOf<T extends string>(name: string, allowed: readonly T[]): T {
  const value = required(name)
  const found = allowed.find((option) => option === value)
  if (found === undefined) throw new Error(`The variable ${name} must be one of ${allowed.join(', ')}`)
  return found
}

const ENDPOINT_VARIABLES = {
  dynamodb: 'AWS_ENDPOINT_URL_DYNAMODB',
  s3: 'AWS_ENDPOINT_URL_S3',
  sqs: 'AWS_ENDPOINT_URL_SQS',
  secretsmanager: 'AWS_ENDPOINT_URL_SECRETS_MANAGER',
  ses: 'AWS_ENDPOINT_URL_SESV2',
}

/** An empty variable counts as unset. If none is set, AWS's own address is used. */
function endpoint(service: keyof typeof ENDPOINT_VARIABLES): string | undefined {
  return process.env[ENDPOINT_VARIABLES[service]] || process.env.AWS_ENDPOINT_URL || undefined
}

const days = (name: string) => count(name) * 86_400

const quota = () => count('QUOTA_MIB') * 2 ** 20

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
  filesTable: () => required('FILES_TABLE'),
  filesBucket: () => required('FILES_BUCKET'),
  fileWorkUrl: () => required('FILE_WORK_URL'),
  /** Lambda gives each process its credentials, which outlive it. */
  aws: () => ({
    region: required('AWS_REGION'),
    credentials: {
      accessKeyId: required('AWS_ACCESS_KEY_ID'),
      secretAccessKey: required('AWS_SECRET_ACCESS_KEY'),
      ...(process.env.AWS_SESSION_TOKEN ? { sessionToken: process.env.AWS_SESSION_TOKEN } : {}),
    },
    endpoint,
  }),
  /** The endpoint for clients, if they do not use the same one as the functions. */
  filesEndpoint: () => process.env.FILES_ENDPOINT || endpoint('s3'),
  quota,
  uploadLimits: () => ({ quota: quota(), open: count('OPEN_UPLOADS') }),
  scanner: () => oneOf('SCANNER', ['none', 'events']),
  unscannable: () => oneOf('UNSCANNABLE', ['blocked', 'allowed']),
  passwordMemoryMib: () => count('PASSWORD_MEMORY_MIB'),
  mailGap: () => count('MAIL_GAP_SECONDS'),
}
