import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { S3Client } from '@aws-sdk/client-s3'
import { SignatureV4 } from '@smithy/signature-v4'
import { onTestFinished } from 'vitest'
import { Sha256 } from '../../../door/sha256.ts'
import type { CreatedObject } from '../../../events/object-created.ts'
import type { JsonObject } from '../../../model.ts'
import { openObjectStore } from '../../../services/s3.ts'
import { allow, functionWith, resource, startTestDoor } from '../../door/test-door.ts'
import { temporaryFolder } from '../../temporary-folder.ts'

export const Bucket = 'docs'
const BUCKET = `arn:aws:s3:::${Bucket}`
export const READ_WRITE = allow(
  ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
  `${BUCKET}/*`,
)
export const LIST = allow(['s3:ListBucket', 's3:ListBucketMultipartUploads'], BUCKET)

type Options = {
  grants?: JsonObject[]
  properties?: JsonObject
  folder?: string
  now?: () => number
  onCreated?: (object: CreatedObject) => Promise<void>
}

/** A bucket behind a door, and a client that is one function. */
export async function aStore(options: Options = {}) {
  const { grants = [READ_WRITE, LIST], properties = {}, folder = temporaryFolder(), now = Date.now } = options
  const buckets = [resource('AWS::S3::Bucket', Bucket, properties)]
  const created: CreatedObject[] = []
  const onCreated = options.onCreated ?? (async (object) => void created.push(object))
  const failures: string[] = []
  const objects = await openObjectStore({ buckets, folder, onCreated, report: (line) => failures.push(line), now })
  onTestFinished(objects.stop)
  const { door, as, reported } = await startTestDoor([...functionWith('f', ...grants), ...buckets], {
    s3: objects.service,
  })
  onTestFinished(door.close)
  const client = new S3Client(as('f'))
  return {
    objects,
    client,
    door,
    folder,
    created,
    reported,
    filesIn: (name: 'data' | 'records' | 'noncurrent' | 'uploads') => readdirSync(join(folder, Bucket, name)),
    presign: presigner(as('f')),
  }
}

export type Store = Awaited<ReturnType<typeof aStore>>

export const failure = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'it was answered',
    ({ name, $metadata }) => `${$metadata?.httpStatusCode} ${name}`,
  )

/** What `fetch` got: the status and S3's code. */
export async function outcome(answer: Response): Promise<string> {
  const code = /<Code>(\w+)<\/Code>/.exec(await answer.text())?.[1]
  return code === undefined ? String(answer.status) : `${answer.status} ${code}`
}

export type Presigning = {
  method?: string
  key?: string
  query?: Record<string, string>
  /** These are signed: who uses the URL must send them. */
  headers?: Record<string, string>
  expiresIn?: number
  signedAt?: Date
  host?: string
}

type Config = {
  endpoint: string
  region: string
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken: string }
}

function presigner({ endpoint, region, credentials }: Config) {
  const signer = new SignatureV4({ credentials, region, service: 's3', sha256: Sha256, uriEscapePath: false })
  return async (options: Presigning = {}): Promise<string> => {
    const { method = 'GET', key = 'a', query = {}, headers = {}, expiresIn = 900 } = options
    const { protocol, hostname, port } = new URL(endpoint)
    const host = options.host ?? `${hostname}:${port}`
    const path = `/${Bucket}/${key.split('/').map(encodeURIComponent).join('/')}`
    const names = new Set(Object.keys(headers))
    const signed = await signer.presign(
      {
        method,
        protocol,
        hostname,
        path,
        query,
        headers: { host, 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD', ...headers },
      },
      {
        expiresIn,
        signingDate: options.signedAt ?? new Date(),
        unhoistableHeaders: names,
        signableHeaders: new Set(['host', ...names]),
      },
    )
    return `${protocol}//${host}${path}?${new URLSearchParams(signed.query as Record<string, string>).toString().replaceAll('+', '%20')}`
  }
}
