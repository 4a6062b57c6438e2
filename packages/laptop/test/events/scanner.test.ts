import { expect, test } from 'vitest'
import type { BusEvent } from '../../events/event.ts'
import { type ReadObject, scanner } from '../../events/scanner.ts'
import { aCreation, anEvent } from './an-event.ts'

const EICAR = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$', 'EICAR-STANDARD-ANTIVIRUS', '-TEST-FILE!$H+H*'].join('')

function startScanner(stream: ReadObject) {
  const published: BusEvent[] = []
  const lines: string[] = []
  const scanning = scanner({
    stream,
    publish: async (event) => void published.push(event),
    report: (line) => lines.push(line),
  })
  return { ...scanning, published, lines }
}

const holding =
  (text: string): ReadObject =>
  async (bucket, key) => {
    async function* body() {
      yield Buffer.from(text)
    }
    return bucket === 'state-files' && key === 'o/1 & ü' ? { size: text.length, body: body() } : undefined
  }
const { signal } = new AbortController()

test('a scan’s result is told as GuardDuty tells it', async () => {
  const { deliver, published } = startScanner(holding('hello'))
  await deliver(aCreation(), signal)
  expect(published).toEqual([
    {
      ...anEvent(),
      id: expect.any(String),
      time: expect.any(String),
      source: 'aws.guardduty',
      'detail-type': 'GuardDuty Malware Protection Object Scan Result',
      resources: ['arn:aws:guardduty:us-east-1:000000000000:malware-protection-plan/laptop'],
      detail: {
        schemaVersion: '1.0',
        scanStatus: 'COMPLETED',
        resourceType: 'S3_OBJECT',
        s3ObjectDetails: {
          bucketName: 'state-files',
          objectKey: 'o/1 & ü',
          eTag: '5d41402abc4b2a76b9719d911017c592',
          versionId: 'v1',
          s3Throttled: false,
        },
        scanResultDetails: { scanResultStatus: 'NO_THREATS_FOUND', threats: null },
      },
    },
  ])
})

test.each([
  ['the test virus', `a ${EICAR} b`, 'COMPLETED', 'THREATS_FOUND', [{ name: 'EICAR-Test-File (not a virus)' }]],
  ['an encrypted ZIP', 'PK\x03\x04\x14\x00\x01\x00...', 'SKIPPED', 'UNSUPPORTED', null],
])('%s', async (_what, text, scanStatus, scanResultStatus, threats) => {
  const { deliver, published } = startScanner(holding(text))
  await deliver(aCreation(), signal)
  expect(published[0]?.detail).toMatchObject({ scanStatus, scanResultDetails: { scanResultStatus, threats } })
})

test('an object that cannot be read is told as failed, after one try', async () => {
  const { deliver, giveUp, retries, published, lines } = startScanner(async () => ({
    size: 1,
    body: (async function* (): AsyncGenerator<Buffer> {
      yield Buffer.from('h')
      throw new Error('bad disk')
    })(),
  }))
  await expect(deliver(aCreation(), signal)).rejects.toThrow('bad disk')
  expect(retries).toBe(0)
  await giveUp(aCreation(), new Error('bad disk'))
  const detail = { scanStatus: 'FAILED', scanResultDetails: { scanResultStatus: 'FAILED', threats: null } }
  expect(published[0]?.detail).toMatchObject(detail)
  expect(lines).toEqual(['the scanner failed at state-files/o/1 & ü: Error: bad disk'])
})

test('of an object that is gone nothing is told', async () => {
  const { deliver, published } = startScanner(holding('hello'))
  await deliver(aCreation({ key: 'gone' }), signal)
  expect(published).toEqual([])
})

test('a version is told also where the bucket has none, and only creations are scanned', async () => {
  const { deliver, matches, published } = startScanner(holding('hello'))
  await deliver(aCreation({ versionId: undefined }), signal)
  expect(published[0]?.detail).toMatchObject({ s3ObjectDetails: { versionId: 'null' } })
  expect([matches(aCreation()), matches(published[0]!)]).toEqual([true, false])
})
