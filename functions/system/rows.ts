import type { RouteRow, TriggerRow } from '../http/row.ts'
import { getHealth, getOpenapi } from './contract.ts'

export const routes = [
  {
    method: 'GET',
    path: '/openapi.json',
    handler: 'get-openapi',
    zone: 'system',
    auth: 'public',
    because: 'The contract says nothing about anyone.',
    contract: getOpenapi,
    touches: {},
  },
  {
    method: 'GET',
    path: '/health',
    handler: 'get-health',
    zone: 'system',
    auth: 'public',
    because: 'It says nothing about anyone.',
    contract: getHealth,
    touches: { sessions: ['GetItem'] },
  },
] as const satisfies readonly RouteRow[]

export const triggers = [
  {
    handler: 'on-hour',
    source: { kind: 'schedule', rate: 'rate(1 hour)' },
    // A sweep works as long as it may, and the next one continues where it stopped.
    seconds: 300,
    alarm: 'The sweep of files found more amiss than it may repair: look into its log.',
    touches: {
      files: ['Scan', 'GetItem', 'BatchGetItem', 'Query', 'UpdateItem', 'PutItem', 'DeleteItem'],
      fileObjects: ['GetObject', 'DeleteObject', 'AbortMultipartUpload', 'ListMultipartUploadParts'],
      fileBucket: ['ListBucket'],
      fileWork: ['SendMessage'],
    },
  },
] as const satisfies readonly TriggerRow[]
