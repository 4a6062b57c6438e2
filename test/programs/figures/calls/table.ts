import type { RouteCalls } from '../calls.ts'

const HEAD = ['route', 'calls', 'rounds', 'read', 'write', 'in order']

/** A table that is one in Markdown too. */
export function tableOf(counted: readonly RouteCalls[]): string[] {
  const numbers = counted.map(({ rounds, read, write }) => [rounds.flat().length, rounds.length, read, write])
  const totals = [0, 1, 2, 3].map((column) => numbers.reduce((sum, of) => sum + (of[column] ?? 0), 0))
  const rows = counted.map(({ route, rounds }, index) => {
    const calls = rounds.map((atOnce) => atOnce.join(' & ')).join('; ')
    return [route, ...(numbers[index] ?? []).map(String), calls]
  })
  const rule = HEAD.map((_, column) => (isNumber(column) ? '--:' : '---'))
  const table = [HEAD, rule, ...rows, ['all', ...totals.map(String), '']]
  const widths = HEAD.map((_, column) => Math.max(...table.map((cells) => cells[column]?.length ?? 0)))
  return table.map((cells) => `| ${cells.map((cell, column) => padded(cell, column, widths)).join(' | ')} |`)
}

const isNumber = (column: number) => column > 0 && column < HEAD.length - 1

function padded(cell: string, column: number, widths: number[]): string {
  // The last column is as long as it is: some routes make many calls.
  if (column === HEAD.length - 1) return cell
  return isNumber(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)
}
