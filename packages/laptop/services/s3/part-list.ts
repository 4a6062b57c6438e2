import { AwsError } from '../../door/aws-error.ts'
import { type Algorithm, isAlgorithm } from './checksums.ts'

export type NamedPart = { number: number; etag: string; checksums: Map<Algorithm, string> }

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", '#34': '"', '#x22': '"' }

const ROOT =
  /^\s*(?:<\?xml[^>]*\?>)?\s*<CompleteMultipartUpload(?: xmlns="[^"]*")?>(.*)<\/CompleteMultipartUpload>\s*$/s

/**
 * Reads the only kind of XML document that clients send to S3 here. A document with anything else in it is refused, so
 * that it cannot be understood in two ways.
 */
export function readPartList(document: string): NamedPart[] {
  const content = ROOT.exec(document)?.[1]
  if (content === undefined) throw malformed()
  const parts = elementsIn(content).map(([name, part]) => {
    if (name !== 'Part') throw malformed()
    return readPart(part)
  })
  if (parts.length === 0) throw malformed()
  return parts
}

function readPart(content: string): NamedPart {
  const fields = new Map(elementsIn(content).map(([name, value]) => [name, unescaped(value)]))
  const number = fields.get('PartNumber')
  const etag = fields.get('ETag')
  if (number === undefined || !/^\d{1,5}$/.test(number) || etag === undefined) throw malformed()
  const checksums = new Map<Algorithm, string>()
  for (const [name, value] of fields) {
    if (name === 'PartNumber' || name === 'ETag') continue
    const algorithm = name.startsWith('Checksum') ? name.slice('Checksum'.length).toLowerCase() : ''
    if (!isAlgorithm(algorithm)) throw malformed()
    checksums.set(algorithm, value)
  }
  return { number: Number(number), etag, checksums }
}

/** Elements without attributes, with nothing but white space between them. */
function elementsIn(content: string): [name: string, inner: string][] {
  const elements: [string, string][] = []
  let rest = content.trimStart()
  while (rest !== '') {
    const name = /^<([A-Za-z0-9]+)>/.exec(rest)?.[1]
    const end = rest.indexOf(`</${name}>`)
    if (name === undefined || end < 0) throw malformed()
    elements.push([name, rest.slice(name.length + 2, end)])
    rest = rest.slice(end + name.length + 3).trimStart()
  }
  return elements
}

function unescaped(text: string): string {
  if (text.includes('<')) throw malformed()
  return text.replace(/&([^;]*);/g, (_whole, name: string) => {
    const character = Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : undefined
    if (character === undefined) throw malformed()
    return character
  })
}

function malformed(): AwsError {
  const message = 'The XML you provided was not well-formed or did not validate against our published schema'
  return new AwsError('MalformedXML', 400, message)
}
