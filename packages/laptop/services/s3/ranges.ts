import { AwsError } from '../../door/aws-error.ts'
import type { Span } from './data-files.ts'

/** Undefined for the whole object: without a range, with an invalid one, or with several. */
export function requestedSpan(range: string | undefined, size: number): Span | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(range ?? '') ?? []
  if (first === undefined || last === undefined || first + last === '') return undefined
  const span = first === '' ? suffix(Number(last), size) : fromFirst(Number(first), last, size)
  if (span === undefined) return undefined
  if (span.start < span.end) return span
  throw new AwsError('InvalidRange', 416, 'The requested range is not satisfiable', {
    'content-range': `bytes */${size}`,
  })
}

const suffix = (length: number, size: number): Span => ({ start: Math.max(size - length, 0), end: size })

function fromFirst(start: number, last: string, size: number): Span | undefined {
  if (last === '') return { start, end: size }
  const end = Number(last) + 1
  return end <= start ? undefined : { start, end: Math.min(end, size) }
}
