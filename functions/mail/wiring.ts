import { config } from '../config.ts'
import { database } from '../data/client.ts'
import { queue } from '../data/queue.ts'
import { once } from '../once.ts'
import { mailLogStore } from './mail-log-store.ts'
import { mailer } from './mailer.ts'
import type { MailMessage } from './message.ts'

export const mailQueue = once(() => queue<MailMessage>(config.mailQueueUrl()))
export const mailLog = once(() => mailLogStore(database(), config.codesTable()))
export const mail = once(() => mailer(config.mailFrom()))
