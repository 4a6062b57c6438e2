import { randomUUID } from 'node:crypto'
import { ACCOUNT, type JsonObject, REGION } from '../model.ts'

/** What a target gets, https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html. */
export type BusEvent = {
  version: '0'
  id: string
  'detail-type': string
  source: string
  account: string
  /** In whole seconds. */
  time: string
  region: string
  resources: string[]
  detail: JsonObject
}

export type EventContent = {
  source: string
  detailType: string
  resources: string[]
  detail: JsonObject
}

export function newEvent({ source, detailType, resources, detail }: EventContent): BusEvent {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': detailType,
    source,
    account: ACCOUNT,
    time: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
    region: REGION,
    resources,
    detail,
  }
}
