import type { AttributeValue } from '@aws-sdk/client-dynamodb'

export type Item = Record<string, AttributeValue>
type Plain = string | number | readonly string[]
export type Fields = { readonly [name: string]: Plain | undefined }

/** Items are flat: strings, numbers and lists of strings. */
export function toItem(fields: Fields): Item {
  const item: Item = {}
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) item[name] = toAttribute(value)
  return item
}

function toAttribute(value: Plain): AttributeValue {
  if (typeof value === 'string') return { S: value }
  if (typeof value === 'number') return { N: String(value) }
  return { L: value.map((text) => ({ S: text })) }
}

/** T is not checked: it is the type that a store wrote, and nothing but the stores writes into the tables. */
export function fromItem<T>(item: Item): T {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, fromAttribute(value)])) as T
}

function fromAttribute(value: AttributeValue): Plain {
  if (value.S !== undefined) return value.S
  if (value.N !== undefined) return Number(value.N)
  if (value.L !== undefined) return value.L.map((entry) => entry.S ?? '')
  throw new Error('an item holds an attribute that no store wrote')
}
