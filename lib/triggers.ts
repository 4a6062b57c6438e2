import { Duration } from 'aws-cdk-lib'
import type { Work } from './routes.ts'

/** Functions that no route calls: the queue, the stream and the deployment do. */
export const triggers = {
  sendMail: {
    entry: 'triggers/send-mail',
    touches: {
      codes: ['GetItem', 'PutItem', 'UpdateItem'],
      users: ['GetItem'],
      mail: ['SendEmail'],
    },
    knows: ['APP_URL', 'PRODUCT_NAME', 'PASSWORD_MEMORY_MIB'],
    hashes: true,
  },
  watchSessions: {
    entry: 'triggers/watch-sessions',
    touches: { mailQueue: ['SendMessage'] },
  },
  ensureKeyRing: {
    entry: 'triggers/ensure-key-ring',
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
