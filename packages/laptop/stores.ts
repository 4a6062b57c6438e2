import { join } from 'node:path'
import type { LaptopConfig } from './config.ts'
import type { Service, ServiceName } from './door/call.ts'
import type { CreatedObject } from './events/object-created.ts'
import type { Resource } from './model.ts'
import { type Mailbox, openMailbox } from './outbox/mailbox.ts'
import { startDynamodb } from './services/dynamodb.ts'
import { type ObjectStore, openObjectStore } from './services/s3.ts'
import { openSecrets } from './services/secrets-manager.ts'
import { sesService } from './services/ses.ts'
import { type Sqs, startSqs } from './services/sqs.ts'
import { blamingState } from './state.ts'

const STORE_TYPES = new Set([
  'AWS::DynamoDB::GlobalTable',
  'AWS::S3::Bucket',
  'AWS::SQS::Queue',
  'AWS::SecretsManager::Secret',
])

/** Resources that store something. They depend on no other resources of a template. */
export const isStore = (type: string) => STORE_TYPES.has(type)

export type Stores = {
  services: Record<Exclude<ServiceName, 'lambda'>, Service>
  objects: ObjectStore
  queues: Pick<Sqs, 'put'>
  mailbox: Mailbox
  streamArn(tableName: string): string
}

export type StoresOptions = {
  resources: Resource[]
  stateFolder: string
  toolFolder: string
  dynamodb: LaptopConfig['dynamodb']
  dynamodbEndpoint: string | undefined
  /** Resolves when the event is sure to be delivered. */
  onCreated(object: CreatedObject): Promise<void>
  report(line: string): void
  onFailure(error: Error): void
}

/** Opens all stores at the same time. `parts` closes them. */
export async function openStores(options: StoresOptions, parts: AsyncDisposableStack): Promise<Stores> {
  const {
    resources,
    stateFolder,
    toolFolder,
    dynamodb: config,
    dynamodbEndpoint,
    onCreated,
    report,
    onFailure,
  } = options
  const below = (name: string) => join(stateFolder, name)
  const stopLater = <T extends { stop(): Promise<void> }>(store: T) => parts.adopt(store, ({ stop }) => stop())
  const opening = [
    startDynamodb({
      tables: resources,
      folder: below('dynamodb'),
      toolFolder,
      ...config,
      endpoint: dynamodbEndpoint,
      report,
      onFailure,
    }).then(stopLater),
    startSqs({ queues: resources, folder: below('sqs') }).then(stopLater),
    openObjectStore({ buckets: resources, folder: below('s3'), onCreated, report }).then(stopLater),
    openSecrets({ secrets: resources, folder: below('secrets') }),
    openMailbox(below('outbox')),
  ] as const
  // Wait for all: if one fails, those that open later must be closed as well.
  await Promise.allSettled(opening)
  const [dynamodb, sqs, objects, secrets, mailbox] = await blamingState(stateFolder, Promise.all(opening))
  const services = {
    dynamodb: dynamodb.service,
    sqs: sqs.service,
    s3: objects.service,
    secretsmanager: secrets.service,
    ses: sesService(mailbox),
  }
  return { services, objects, queues: sqs, mailbox, streamArn: dynamodb.streamArn }
}
