import { existsSync, readdirSync, readFileSync } from 'node:fs'

/** What processes use is read from /proc, which only Linux has. */
export const hasProc = existsSync('/proc/self/smaps_rollup')

const TICKS_PER_SECOND = 100

/** A process and all that it started, directly or not. */
export function familyOf(pid: number): number[] {
  const family = [pid]
  for (const each of family) family.push(...childrenOf(each))
  return family
}

function childrenOf(pid: number): number[] {
  return threadsOf(pid).flatMap((thread) => numbersIn(read(`/proc/${pid}/task/${thread}/children`)))
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
  } catch {
    // It ended meanwhile.
    return []
  }
}

/** Memory of processes in MiB. What several share counts once among them, not once for each (PSS). */
export function memoryOf(pids: number[]): number {
  const kib = pids.map((pid) => Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0))
  return kib.reduce((sum, each) => sum + each, 0) / 1024
}

/** Milliseconds of CPU that a process has used so far, and those of the processes that it started and that have ended. */
export function cpuOf(pid: number): { own: number; ofEnded: number } {
  const stat = read(`/proc/${pid}/stat`)
  // The fields from the third one on: the second is a name, which may hold spaces.
  const fields = numbersIn(stat.slice(stat.lastIndexOf(')') + 1))
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15)
  const milliseconds = (ticks: number) => (ticks * 1000) / TICKS_PER_SECOND
  return { own: milliseconds(user + system), ofEnded: milliseconds(endedUser + endedSystem) }
}

export function commandOf(pid: number): string {
  return read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    // It ended meanwhile.
    return ''
  }
}

const numbersIn = (text: string) => text.split(/\s+/).filter(Boolean).map(Number)
