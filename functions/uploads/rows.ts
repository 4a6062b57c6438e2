import type { RouteRow, TriggerRow } from '../http/row.ts'
import { completeUpload, createUpload, endUpload, getUpload, listUploads, signParts } from './contract.ts'

export const routes = [
  {
    method: 'POST',
    path: '/files',
    handler: 'create-upload',
    zone: 'uploads',
    auth: 'jwt',
    contract: createUpload,
    touches: { files: ['BatchGetItem', 'GetItem', 'UpdateItem', 'PutItem'], fileObjects: ['PutObject'] },
    knows: ['QUOTA_MIB', 'OPEN_UPLOADS', 'SCANNER', 'FILES_ENDPOINT'],
  },
  {
    method: 'GET',
    path: '/uploads',
    handler: 'list-uploads',
    zone: 'uploads',
    auth: 'jwt',
    contract: listUploads,
    touches: { files: ['BatchGetItem'] },
  },
  {
    method: 'GET',
    path: '/uploads/{id}',
    handler: 'get-upload',
    zone: 'uploads',
    auth: 'jwt',
    contract: getUpload,
    touches: { files: ['BatchGetItem'], fileObjects: ['ListMultipartUploadParts'] },
  },
  {
    method: 'POST',
    path: '/uploads/{id}/parts',
    handler: 'sign-parts',
    zone: 'uploads',
    auth: 'jwt',
    contract: signParts,
    touches: { files: ['BatchGetItem'], fileObjects: ['PutObject'] },
    knows: ['FILES_ENDPOINT'],
  },
  {
    method: 'POST',
    path: '/uploads/{id}/completion',
    handler: 'complete-upload',
    zone: 'uploads',
    auth: 'jwt',
    contract: completeUpload,
    touches: {
      files: ['GetItem', 'BatchGetItem', 'UpdateItem', 'PutItem'],
      fileObjects: ['GetObject', 'ListMultipartUploadParts'],
      fileBucket: ['ListBucket'],
      fileWork: ['SendMessage'],
    },
  },
  {
    method: 'DELETE',
    path: '/uploads/{id}',
    handler: 'end-upload',
    zone: 'uploads',
    auth: 'jwt',
    contract: endUpload,
    touches: { files: ['BatchGetItem', 'UpdateItem'], fileWork: ['SendMessage'] },
  },
] as const satisfies readonly RouteRow[]

export const triggers = [
  {
    handler: 'on-file-event',
    source: { kind: 'queue', queue: 'fileEvents', batch: 5 },
    seconds: 30,
    touches: {
      files: ['GetItem', 'BatchGetItem', 'UpdateItem', 'PutItem'],
      fileObjects: ['GetObject', 'DeleteObject', 'AbortMultipartUpload'],
      fileBucket: ['ListBucket'],
    },
  },
] as const satisfies readonly TriggerRow[]
