import type { Queue } from 'aws-cdk-lib/aws-sqs'
import type { QueueName, Setting, Thing } from '../functions/http/row.ts'
import type { Settings } from './settings.ts'

/** What a function may touch: the service of the actions, the ARN they apply to, and the variable that names it. */
export type Things = Record<
  Thing,
  {
    service: string
    arn: string
    variable: string
    value: string
    /** Only if the ARN is a prefix: how cdk-nag writes it, and why it is allowed. */
    prefix?: { spelled: string; reason: string }
  }
>

/** The event sources of functions, and the queue for what a function gave up. */
export type Sources = {
  queues: Record<QueueName, Queue>
  /** ARNs of the streams. */
  streams: { sessions: string }
  deadLetters: Queue
}

export function settingVariables(settings: Settings, issuer: string): Record<Setting, string> {
  return {
    ISSUER: issuer,
    AUDIENCE: settings.audience,
    CLIENT_ID: settings.clientId,
    SESSION_IDLE_DAYS: String(settings.sessionIdleDays),
    SESSION_ABSOLUTE_DAYS: String(settings.sessionAbsoluteDays),
    APP_URL: settings.appUrl,
    PRODUCT_NAME: settings.productName,
    PASSWORD_MEMORY_MIB: String(settings.passwordMemoryMib),
    MAIL_GAP_SECONDS: String(settings.mailGapSeconds),
    // Where clients reach the bucket. Empty means the address that functions use.
    FILES_ENDPOINT: '',
    QUOTA_MIB: String(settings.quotaMib),
    OPEN_UPLOADS: String(settings.openUploads),
    SCANNER: settings.scanner,
    UNSCANNABLE: settings.unscannable,
  }
}
