import { describe, expect, it } from 'vitest'
import { parseFileEvent } from '../../../functions/uploads/file-event.ts'
import { anId } from '../../helpers/builders.ts'

const created = (key: unknown) =>
  JSON.stringify({ 'detail-type': 'Object Created', detail: { bucket: { name: 'files' }, object: { key, size: 1 } } })
const SCANNED = 'GuardDuty Malware Protection Object Scan Result'
const scanned = (key: unknown, scanStatus: unknown, scanResultStatus: unknown) =>
  JSON.stringify({
    'detail-type': SCANNED,
    detail: { scanStatus, s3ObjectDetails: { objectKey: key }, scanResultDetails: { scanResultStatus } },
  })

describe('an event of the bucket', () => {
  it('tells which object came into being', () => {
    const object = anId()
    expect(parseFileEvent(created(`o/${object}`))).toEqual({ kind: 'created', object })
  })

  it.each([
    'o/short',
    `o/${'a'.repeat(23)}`,
    `x/${'a'.repeat(22)}`,
    `${'a'.repeat(22)}`,
    `o/${'a'.repeat(21)}/`,
    `o/../${'a'.repeat(19)}`,
    `O/${'a'.repeat(22)}`,
    '',
    7,
    undefined,
  ])('about another key is about nothing of ours: %j', (key) => {
    expect(parseFileEvent(created(key))).toBeUndefined()
    expect(parseFileEvent(scanned(key, 'COMPLETED', 'NO_THREATS_FOUND'))).toBeUndefined()
  })

  it.each(['{}', 'null', '[]', '{"detail-type":"Object Deleted"}', '{"detail-type":7}', '{', ''])(
    'of another kind is refused: %s',
    (text) => expect(() => parseFileEvent(text)).toThrow(),
  )
})

describe('an event of the scanner', () => {
  it.each([
    ['COMPLETED', 'NO_THREATS_FOUND', 'clean'],
    ['COMPLETED', 'THREATS_FOUND', 'infected'],
    ['SKIPPED', 'UNSUPPORTED', 'unscannable'],
    ['SKIPPED', 'ACCESS_DENIED', 'unscannable'],
    ['FAILED', 'FAILED', 'unscannable'],
    ['SKIPPED', 'NO_THREATS_FOUND', 'unscannable'],
    ['FAILED', 'THREATS_FOUND', 'infected'],
    ['COMPLETED', undefined, 'unscannable'],
    [undefined, 'no_threats_found', 'unscannable'],
  ])('that says %s %s means %s', (status, result, scan) => {
    const object = anId()
    expect(parseFileEvent(scanned(`o/${object}`, status, result))).toEqual({ kind: 'scanned', object, scan })
  })

  it('without details could not scan', () => {
    const object = anId()
    const text = JSON.stringify({ 'detail-type': SCANNED, detail: { s3ObjectDetails: { objectKey: `o/${object}` } } })
    expect(parseFileEvent(text)).toEqual({ kind: 'scanned', object, scan: 'unscannable' })
  })
})
