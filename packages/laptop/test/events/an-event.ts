import { type BusEvent, newEvent } from '../../events/event.ts'
import { type CreatedObject, objectCreated } from '../../events/object-created.ts'

function anObject(change: Partial<CreatedObject> = {}): CreatedObject {
  return {
    bucket: 'state-files',
    key: 'o/1 & ü',
    size: 5,
    etag: '"5d41402abc4b2a76b9719d911017c592"',
    versionId: 'v1',
    sequencer: '00000000000000000a',
    reason: 'PutObject',
    requestId: 'C3D13FE58DE4C810',
    sourceIp: '127.0.0.1',
    ...change,
  }
}

export function aCreation(change: Partial<CreatedObject> = {}): BusEvent {
  return objectCreated(anObject(change))
}

export function anEvent(change: Partial<BusEvent> = {}): BusEvent {
  return { ...newEvent({ source: 'test', detailType: 'Test', resources: [], detail: {} }), ...change }
}
