import { database, sqs } from '../clients.ts'
import { config } from '../config.ts'
import { queue } from '../data/queue.ts'
import { once } from '../once.ts'
import { mailLogStore } from './mail-log-store.ts'
import { mailer } from './mailer.ts'
import type { MailMessage } from './message.ts'

export const mailQueue = once(() => queue<MailMessage>(sqs(), config.mailQueueUrl()))
export const mailLog = once(() => mailLogStore(database(), config.codesTable(), config.mailGap()))
export const mail = once(() => mailer(config.aws(), config.mailFrom()))
