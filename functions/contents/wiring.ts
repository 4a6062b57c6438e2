import { config } from '../config.ts'
import { database } from '../data/client.ts'
import { queue } from '../data/queue.ts'
import { once } from '../once.ts'
import type { FileWork } from './file-work.ts'
import { presigner } from './presigner.ts'
import { uploadStore } from './upload-store.ts'
import { usageStore } from './usage-store.ts'

export const uploads = once(() => uploadStore(database(), config.filesTable()))
export const usage = once(() => usageStore(database(), config.filesTable()))
export const fileWork = once(() => queue<FileWork>(config.fileWorkUrl()))

export const urls = once(() =>
  presigner(database(), {
    bucket: config.filesBucket(),
    region: config.region(),
    endpoint: config.s3Endpoint(),
    clientEndpoint: config.filesEndpoint(),
  }),
)
