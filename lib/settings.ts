import { Annotations } from 'aws-cdk-lib'
import type { Construct } from 'constructs'

/** Every choice a deployment makes, read from CDK context (`-c name=value` or cdk.json) in this one place. */
export type Settings = {
  /** False switches off retention, deletion and termination protection: for throw-away stages only. */
  protect: boolean
  architecture: 'arm64' | 'x86_64'
  /** The team's own issuer host; `{bucket}` stands for the issuer bucket. Otherwise CloudFront serves the documents. */
  issuerUrl: string | undefined
  audience: string
  clientId: string
  /** The page of the team's app that finishes a sign-up; gets the token in its URL fragment. */
  appUrl: string
  productName: string
  mailFrom: string
  /** The memory for one password hash (argon2id, one pass). A higher value applies from a user's next sign-in. */
  passwordMemoryMib: number
  /** Between two mails to one address. */
  mailGapSeconds: number
  sessionIdleDays: number
  sessionAbsoluteDays: number
  corsOrigins: string[]
  /** Readable stack traces. They add some milliseconds to every cold start. */
  sourceMaps: boolean
  /** What a user may keep, trash and old versions included; an operator can give a user another figure. */
  quotaMib: number
  openUploads: number
  /** `events`: nobody gets a file before an event in GuardDuty's format reports the result of its scan. */
  scanner: 'none' | 'events'
  /** Whether files that the scanner could not scan are given out. */
  unscannable: 'blocked' | 'allowed'
  requestsPerSecond: number
  burst: number
  /** One function for each zone; or one for each route, to test every row by itself. */
  functionPer: 'zone' | 'route'
  domain: { name: string; certificateArn: string } | undefined
}

export function readSettings(app: Construct): Settings {
  const { node } = app
  const text = (name: string, otherwise: string) => String(node.tryGetContext(name) || otherwise)
  const count = (name: string, otherwise: number) => positiveInteger(name, node.tryGetContext(name) ?? otherwise)
  const name = node.tryGetContext('domainName')
  const certificateArn = node.tryGetContext('certificateArn')
  for (const mandatory of ['mailFrom', 'appUrl']) {
    if (node.tryGetContext(mandatory)) continue
    Annotations.of(app).addWarningV2(`lethe:${mandatory}`, `${mandatory} is not set: its default is for a laptop only.`)
  }
  if (Boolean(name) !== Boolean(certificateArn)) throw new Error('domainName and certificateArn go together')
  return {
    protect: String(node.tryGetContext('protect') ?? true) !== 'false',
    architecture: oneOf('architecture', text('architecture', 'arm64'), ['arm64', 'x86_64']),
    issuerUrl: node.tryGetContext('issuerUrl') || undefined,
    audience: text('audience', 'lethe'),
    clientId: text('clientId', 'lethe'),
    appUrl: text('appUrl', 'http://localhost:5173/verify'),
    productName: text('productName', 'Lethe'),
    mailFrom: text('mailFrom', 'no-reply@example.com'),
    passwordMemoryMib: count('passwordMemoryMib', 46),
    mailGapSeconds: count('mailGapSeconds', 60),
    sessionIdleDays: count('sessionIdleDays', 30),
    sessionAbsoluteDays: count('sessionAbsoluteDays', 180),
    corsOrigins: text('corsOrigins', '').split(',').filter(Boolean),
    sourceMaps: String(node.tryGetContext('sourceMaps')) === 'true',
    quotaMib: count('quotaMib', 5120),
    openUploads: count('openUploads', 100),
    scanner: oneOf('scanner', text('scanner', 'none'), ['none', 'events']),
    unscannable: oneOf('unscannable', text('unscannable', 'blocked'), ['blocked', 'allowed']),
    requestsPerSecond: count('requestsPerSecond', 1000),
    burst: count('burst', 2000),
    functionPer: oneOf('functionPer', text('functionPer', 'zone'), ['zone', 'route']),
    domain: name ? { name, certificateArn } : undefined,
  }
}

function positiveInteger(name: string, value: unknown): number {
  const number = Number(value)
  if (!Number.isSafeInteger(number) || number < 1) throw new Error(`${name} must be a whole number above 0`)
  return number
}

function oneOf<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((option) => option === value)
  if (found === undefined) throw new Error(`${name} must be one of ${allowed.join(', ')}`)
  return found
}
