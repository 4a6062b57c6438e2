import { expect, test } from 'vitest'
import { isObjectCreated, objectOf } from '../../events/object-created.ts'
import { aCreation, anEvent } from './an-event.ts'

test('an object’s creation is told as S3 tells EventBridge: plain key, bare ETag', () => {
  expect(aCreation()).toEqual({
    version: '0',
    id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
    'detail-type': 'Object Created',
    source: 'aws.s3',
    account: '000000000000',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    region: 'us-east-1',
    resources: ['arn:aws:s3:::state-files'],
    detail: {
      version: '0',
      bucket: { name: 'state-files' },
      object: {
        key: 'o/1 & ü',
        size: 5,
        etag: '5d41402abc4b2a76b9719d911017c592',
        'version-id': 'v1',
        sequencer: '00000000000000000a',
      },
      'request-id': 'C3D13FE58DE4C810',
      requester: '000000000000',
      'source-ip-address': '127.0.0.1',
      reason: 'PutObject',
    },
  })
})

test('a bucket without versions tells none', () => {
  const { object } = aCreation({ versionId: undefined }).detail
  expect(object).not.toHaveProperty('version-id')
})

test('a creation is known again, with its object', () => {
  expect(isObjectCreated(anEvent())).toBe(false)
  expect(isObjectCreated(anEvent({ source: 'aws.s3', 'detail-type': 'Object Deleted' }))).toBe(false)
  expect(isObjectCreated(aCreation())).toBe(true)
  expect(objectOf(aCreation())).toEqual({
    bucket: 'state-files',
    key: 'o/1 & ü',
    etag: '5d41402abc4b2a76b9719d911017c592',
    versionId: 'v1',
  })
})
