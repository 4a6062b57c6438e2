import { database, sqs } from '../clients.ts'
import { config } from '../config.ts'
import { sdkSettings } from '../data/client.ts'
import { queue } from '../data/queue.ts'
import { once } from '../once.ts'
import type { FileWork } from './file-work.ts'
import { presigner } from './presigner.ts'
import { uploadStore } from './upload-store.ts'
import { usageStore } from './usage-store.ts'

export const uploads = once(() => uploadStore(database(), config.filesTable()))
export const usage = once(() => usageStore(database(), config.filesTable()))
export const fileWork = once(() => queue<FileWork>(sqs(), config.fileWorkUrl()))

export const urls = once(() => {
  const aws = config.aws()
  const place = { bucket: config.filesBucket(), ...aws, endpoint: aws.endpoint('s3') }
  return presigner({ ...place, clientEndpoint: config.filesEndpoint() }, sdkSettings('s3', aws).requestHandler)
})
