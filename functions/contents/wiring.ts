import { config } from '../config.ts'
import type { database } from '../data/table.ts'
import { presigner } from './presigner.ts'

/** Wiring that the routes which give out URLs of S3 share. */
export const urlsBy = (db: ReturnType<typeof database>) =>
  presigner(db, {
    bucket: config.filesBucket(),
    region: config.region(),
    endpoint: config.s3Endpoint(),
    clientEndpoint: config.filesEndpoint(),
  })
