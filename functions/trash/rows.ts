import type { RouteRow, TriggerRow } from '../http/row.ts'
import { listTrash, removeItem, restoreItem, trashFile, trashFolder } from './contract.ts'

export const routes = [
  {
    method: 'DELETE',
    path: '/files/{id}',
    handler: 'trash-file',
    zone: 'trash',
    auth: 'jwt',
    contract: trashFile,
    touches: { files: ['BatchGetItem', 'DeleteItem', 'UpdateItem', 'PutItem'] },
  },
  {
    method: 'DELETE',
    path: '/folders/{id}',
    handler: 'trash-folder',
    zone: 'trash',
    auth: 'jwt',
    contract: trashFolder,
    touches: { files: ['BatchGetItem', 'DeleteItem', 'UpdateItem', 'PutItem'] },
  },
  {
    method: 'GET',
    path: '/trash',
    handler: 'list-trash',
    zone: 'trash',
    auth: 'jwt',
    contract: listTrash,
    touches: { files: ['Query'] },
  },
  {
    method: 'POST',
    path: '/trash/{id}/restoration',
    handler: 'restore-item',
    zone: 'trash',
    auth: 'jwt',
    contract: restoreItem,
    touches: { files: ['BatchGetItem', 'GetItem', 'DeleteItem', 'PutItem', 'UpdateItem'] },
  },
  {
    method: 'DELETE',
    path: '/trash/{id}',
    handler: 'remove-item',
    zone: 'trash',
    auth: 'jwt',
    contract: removeItem,
    touches: { files: ['BatchGetItem', 'GetItem', 'UpdateItem'], fileWork: ['SendMessage'] },
  },
] as const satisfies readonly RouteRow[]

export const triggers = [
  {
    handler: 'on-file-work',
    // One message at a time: it may take minutes. Few at once: all room freed for a user is added to one item.
    source: { kind: 'queue', queue: 'fileWork', batch: 1, concurrency: 2 },
    // S3 takes minutes to put ten thousand parts together.
    seconds: 300,
    // It empties a large folder by sending itself one message after another.
    callsItself: true,
    touches: {
      files: ['GetItem', 'BatchGetItem', 'Query', 'UpdateItem', 'PutItem', 'DeleteItem'],
      fileObjects: ['PutObject', 'GetObject', 'DeleteObject', 'AbortMultipartUpload', 'ListMultipartUploadParts'],
      fileBucket: ['ListBucket'],
      fileWork: ['SendMessage'],
    },
  },
] as const satisfies readonly TriggerRow[]
