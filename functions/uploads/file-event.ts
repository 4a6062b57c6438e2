import { objectName, type Scan } from '../contents/content.ts'

/** What an event of the bucket or of the scanner says. */
export type FileEvent = { kind: 'created'; object: string } | { kind: 'scanned'; object: string; scan: Scan }

type Json = { [name: string]: unknown }

/** An event as EventBridge delivers it. Undefined if it is not about an object of Lethe. */
export function parseFileEvent(text: string): FileEvent | undefined {
  const event = asObject(JSON.parse(text))
  const detail = asObject(event.detail)
  if (event['detail-type'] === 'Object Created') {
    const object = idIn(asObject(detail.object).key)
    return object === undefined ? undefined : { kind: 'created', object }
  }
  if (event['detail-type'] === 'GuardDuty Malware Protection Object Scan Result') {
    const object = idIn(asObject(detail.s3ObjectDetails).objectKey)
    return object === undefined ? undefined : { kind: 'scanned', object, scan: scanIn(detail) }
  }
  throw new Error(`not an event of files: ${String(event['detail-type'])}`)
}

/** Any result other than clean or infected means that the file could not be scanned. */
function scanIn({ scanStatus, scanResultDetails }: Json): Scan {
  const { scanResultStatus } = asObject(scanResultDetails)
  if (scanResultStatus === 'THREATS_FOUND') return 'infected'
  return scanStatus === 'COMPLETED' && scanResultStatus === 'NO_THREATS_FOUND' ? 'clean' : 'unscannable'
}

function idIn(key: unknown): string | undefined {
  const prefix = objectName('')
  const id = typeof key === 'string' && key.startsWith(prefix) ? key.slice(prefix.length) : ''
  return /^[A-Za-z0-9_-]{22}$/.test(id) ? id : undefined
}

const asObject = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {})
