/** Where the suite runs, and how often it repeats what only many tries can show. No rule is ever left out. */
export const BASE_URL = address('LETHE_URL')
export const OUTBOX_URL = address('LETHE_OUTBOX')
/** A domain whose mails reach the outbox, with everything below it. */
export const MAIL_DOMAIN = process.env.LETHE_E2E_MAIL_DOMAIN || 'example.com'

/** `LETHE_E2E_PACE=slow`: a deployment where every request costs a new process. */
const slow = process.env.LETHE_E2E_PACE === 'slow'
export const PARALLEL = count('LETHE_E2E_PARALLEL', slow ? 16 : 64)
export const ROUNDS = count('LETHE_E2E_ROUNDS', slow ? 1 : 5)
const EVERY = count('LETHE_E2E_EVERY', slow ? 6 : 1)
export const TIMINGS = count('LETHE_E2E_TIMINGS', slow ? 5 : 25)
/** How far apart two medians may be; a new process per request drowns the difference that is looked for. */
export const TIMING_FACTOR = slow ? 3 : 1.8

/** `LETHE_SCANNER=true`: the deployment waits for what a scanner says about files. */
export const SCANNER = process.env.LETHE_SCANNER === 'true'

/** The seconds between two mails to one address, as the deployment is set. */
export const MAIL_GAP = count('LETHE_MAIL_GAP', 60)

export const seconds = (time: number) => new Promise<void>((resolve) => setTimeout(resolve, time * 1000))

/** Of many cases of one rule every nth; different ones for different offsets, and never none. */
export function some<T>(cases: readonly T[], offset = 0): readonly T[] {
  const step = Math.min(EVERY, cases.length)
  return cases.filter((_, n) => n % step === offset % step)
}

function address(name: string): string {
  const value = process.env[name]
  if (!value) throw new Error(`The end-to-end suite needs ${name}`)
  return value.replace(/\/+$/, '')
}

function count(name: string, otherwise: number): number {
  const value = Number(process.env[name] || otherwise)
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`${name} must be a whole number above 0`)
  return value
}
