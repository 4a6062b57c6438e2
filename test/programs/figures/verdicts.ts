export type Verdicts = ReturnType<typeof openVerdicts>

/** What was asked for, held against what was measured: a line each, and a failure in the end when one is missed. */
export function openVerdicts() {
  const missed: string[] = []
  return {
    missed,
    atMost(what: string, measured: number, most: number, more = ''): void {
      const holds = measured <= most
      if (!holds) missed.push(what)
      console.log(`${holds ? 'held  ' : 'MISSED'} ${what}: ${figure(measured)}, at most ${figure(most)}${more}`)
    },
    atLeast(what: string, measured: number, least: number): void {
      const holds = measured >= least
      if (!holds) missed.push(what)
      console.log(`${holds ? 'held  ' : 'MISSED'} ${what}: ${figure(measured)}, at least ${figure(least)}`)
    },
    exactly(what: string, measured: string, expected: string): void {
      const holds = measured === expected
      if (!holds) missed.push(what)
      console.log(`${holds ? 'held  ' : 'MISSED'} ${what}: ${measured}${holds ? '' : `, not ${expected}`}`)
    },
  }
}

const figure = (value: number) => (Number.isInteger(value) ? String(value) : value.toFixed(2))
