import type { InvokeResult } from './model.ts'

/** The items of a batch that the function did not handle. */
export type FailedItems = 'none' | 'all' | ReadonlySet<string>

/**
 * Reads a function's answer to a batch as Lambda does. With ReportBatchItemFailures, no list or an empty one means that
 * all items succeeded. A list that cannot be understood means that all failed (Lambda Developer Guide, "Reporting batch
 * item failures").
 */
export function failedItems(result: InvokeResult, reportsItems: boolean, batch: readonly string[]): FailedItems {
  if (result.functionError) return 'all'
  if (!reportsItems) return 'none'
  const answer: unknown = JSON.parse(result.payload)
  if (answer === null) return 'none'
  if (typeof answer !== 'object') return 'all'
  const failures: unknown = 'batchItemFailures' in answer ? answer.batchItemFailures : null
  if (failures === null) return 'none'
  if (!Array.isArray(failures)) return 'all'
  const identifiers = failures.map(identifierOf)
  if (!identifiers.every((identifier) => batch.includes(identifier))) return 'all'
  return identifiers.length === 0 ? 'none' : new Set(identifiers)
}

function identifierOf(failure: unknown): string {
  const known = typeof failure === 'object' && failure !== null && 'itemIdentifier' in failure
  return known && typeof failure.itemIdentifier === 'string' ? failure.itemIdentifier : ''
}
