import { Duration } from 'aws-cdk-lib'
import type { Work } from './routes.ts'

/** Functions that no route calls: the queue, the stream and the deployment do. */
export const triggers = {
  sendMail: {
    entry: 'accounts/on-mail-message',
    touches: {
      codes: ['GetItem', 'PutItem', 'UpdateItem'],
      users: ['GetItem'],
      mail: ['SendEmail'],
    },
    knows: ['APP_URL', 'PRODUCT_NAME', 'PASSWORD_MEMORY_MIB'],
    hashes: true,
  },
  watchSessions: {
    entry: 'sessions/on-session-ended',
    touches: { mailQueue: ['SendMessage'] },
  },
  noteFileEvents: {
    entry: 'uploads/on-file-event',
    touches: {
      files: ['GetItem', 'BatchGetItem', 'UpdateItem', 'PutItem'],
      fileObjects: ['GetObject', 'DeleteObject', 'AbortMultipartUpload'],
      fileBucket: ['ListBucket'],
    },
  },
  workFiles: {
    entry: 'trash/on-file-work',
    touches: {
      files: ['GetItem', 'BatchGetItem', 'Query', 'UpdateItem', 'PutItem', 'DeleteItem'],
      fileObjects: ['PutObject', 'GetObject', 'DeleteObject', 'AbortMultipartUpload', 'ListMultipartUploadParts'],
      fileBucket: ['ListBucket'],
      fileWork: ['SendMessage'],
    },
  },
  sweepFiles: {
    entry: 'system/on-hour',
    touches: {
      files: ['Scan', 'GetItem', 'BatchGetItem', 'Query', 'UpdateItem', 'PutItem', 'DeleteItem'],
      fileObjects: ['GetObject', 'DeleteObject', 'AbortMultipartUpload', 'ListMultipartUploadParts'],
      fileBucket: ['ListBucket'],
      fileWork: ['SendMessage'],
    },
  },
  setQuota: {
    entry: 'contents/set-quota',
    touches: { files: ['GetItem', 'UpdateItem'] },
    knows: ['QUOTA_MIB'],
  },
  ensureKeyRing: {
    entry: 'keys/on-deployment',
    touches: {
      keyRing: ['GetSecretValue', 'PutSecretValue'],
      sessions: ['PutItem'],
      issuerDocuments: ['PutObject'],
    },
    knows: ['ISSUER'],
  },
} as const satisfies Record<string, Work>

/** Five mails, each with a hash of its own, on a cold function. */
export const SEND_MAIL_TIMEOUT = Duration.seconds(30)

/** Putting ten thousand parts together takes S3 minutes. */
export const FILE_WORK_TIMEOUT = Duration.minutes(5)
export const FILE_EVENTS_TIMEOUT = Duration.seconds(30)
/** A sweep works as long as it may and goes on where it stopped the next time. */
export const SWEEP_TIMEOUT = Duration.minutes(5)
