import { existsSync, readdirSync, readFileSync } from 'node:fs'

/** What processes use is read from /proc, which only Linux has. */
export const hasProc = existsSync('/proc/self/smaps_rollup')

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

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    // It ended meanwhile.
    return ''
  }
}

const numbersIn = (text: string) => text.split(/\s+/).filter(Boolean).map(Number)
