import { escapeXml } from '../../door/aws-error.ts'
import type { Answer } from '../../door/call.ts'

export type Element = [name: string, content: string | number | boolean | Element[]]

export function xmlAnswer(root: string, elements: Element[], headers: Record<string, string> = {}): Answer {
  const body = `<?xml version="1.0" encoding="UTF-8"?>
<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${elements.map(textOf).join('')}</${root}>`
  return { status: 200, headers: { 'content-type': 'application/xml', ...headers }, body }
}

export function optional(name: string, content: string | number | undefined): Element[] {
  return content === undefined ? [] : [[name, content]]
}

function textOf([name, content]: Element): string {
  const inner = Array.isArray(content) ? content.map(textOf).join('') : escapeXml(String(content))
  return `<${name}>${inner}</${name}>`
}
