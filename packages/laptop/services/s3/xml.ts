import { escapeXml } from '../../door/aws-error.ts'
import type { AwsAnswer } from '../../door/call.ts'

export type XmlElement = [name: string, content: string | number | boolean | XmlElement[]]

export function xmlAnswer(root: string, elements: XmlElement[], headers: Record<string, string> = {}): AwsAnswer {
  const body = `<?xml version="1.0" encoding="UTF-8"?>
<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${elements.map(textOf).join('')}</${root}>`
  return { status: 200, headers: { 'content-type': 'application/xml', ...headers }, body }
}

export function optional(name: string, content: string | number | undefined): XmlElement[] {
  return content === undefined ? [] : [[name, content]]
}

function textOf([name, content]: XmlElement): string {
  const inner = Array.isArray(content) ? content.map(textOf).join('') : escapeXml(String(content))
  return `<${name}>${inner}</${name}>`
}
