import { ACCOUNT, type JsonObject, REGION } from '../model.ts'
import { type BusEvent, newEvent } from './event.ts'
import type { Recipient } from './event-bus.ts'
import { isObjectCreated, objectOf } from './object-created.ts'
import { type Finding, scanContent } from './scan-content.ts'

/** The source of the scanner's events. There is a scanner if a rule names this source. */
export const SCANNER_SOURCE = 'aws.guardduty'

const PLAN = `arn:aws:guardduty:${REGION}:${ACCOUNT}:malware-protection-plan/laptop`

export type ReadObject = (
  bucket: string,
  key: string,
) => Promise<{ size: number; body: AsyncIterable<Buffer> } | undefined>

export type ScannerOptions = {
  stream: ReadObject
  publish(event: BusEvent): Promise<void>
  report(line: string): void
}

/** Takes the place of GuardDuty's malware protection. An interrupted scan is repeated, like any undelivered event. */
export function scanner({ stream, publish, report }: ScannerOptions): Recipient {
  return {
    name: 'the scanner',
    matches: isObjectCreated,
    async deliver(event, signal) {
      const { bucket, key } = objectOf(event)
      const object = await stream(bucket, key)
      // An object that was deleted in the meantime has no result.
      if (object) await publish(scanResult(event, await scanContent(object.body, signal)))
    },
    retries: 0,
    ageSeconds: Number.POSITIVE_INFINITY,
    async giveUp(event, error) {
      const { bucket, key } = objectOf(event)
      report(`the scanner failed at ${bucket}/${key}: ${error}`)
      await publish(scanResult(event, 'failed'))
    },
  }
}

type ScanResult = Finding | 'failed'

const RESULTS: Record<ScanResult, { scanStatus: string; scanResultStatus: string; threats: JsonObject[] | null }> = {
  clean: { scanStatus: 'COMPLETED', scanResultStatus: 'NO_THREATS_FOUND', threats: null },
  infected: {
    scanStatus: 'COMPLETED',
    scanResultStatus: 'THREATS_FOUND',
    threats: [{ name: 'EICAR-Test-File (not a virus)' }],
  },
  unreadable: { scanStatus: 'SKIPPED', scanResultStatus: 'UNSUPPORTED', threats: null },
  failed: { scanStatus: 'FAILED', scanResultStatus: 'FAILED', threats: null },
}

function scanResult(scanned: BusEvent, result: ScanResult): BusEvent {
  const { bucket, key, etag, versionId } = objectOf(scanned)
  const { scanStatus, ...scanResultDetails } = RESULTS[result]
  return newEvent({
    source: SCANNER_SOURCE,
    detailType: 'GuardDuty Malware Protection Object Scan Result',
    resources: [PLAN],
    detail: {
      schemaVersion: '1.0',
      scanStatus,
      resourceType: 'S3_OBJECT',
      s3ObjectDetails: {
        bucketName: bucket,
        objectKey: key,
        eTag: etag,
        versionId: versionId ?? 'null',
        s3Throttled: false,
      },
      scanResultDetails,
    },
  })
}
