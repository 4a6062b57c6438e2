import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { StartFailure } from './start-failure.ts'

/** The file in the state folder that holds the id of the process. */
export const LOCK = 'lock'

/** The locks of this process. Any other lock with its id was left by an earlier process with the same id. */
const held = new Set<string>()

/** Locks a state folder for this process; gives the function that unlocks it. */
export function lock(folder: string): () => void {
  const path = join(folder, LOCK)
  if (!tryLock(path)) {
    const owner = Number(readFileSync(path, 'utf8'))
    if (isRunning(owner, path)) {
      throw new StartFailure(
        `${folder} is used by the laptop cloud with process id ${owner}: stop that one or name another folder with --state.`,
      )
    }
    rmSync(path, { force: true })
    if (!tryLock(path)) throw new StartFailure(`${folder} is being taken by another laptop cloud.`)
  }
  held.add(path)
  return () => {
    if (held.delete(path)) rmSync(path, { force: true })
  }
}

function tryLock(path: string): boolean {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return false
    throw error
  }
}

function isRunning(processId: number, path: string): boolean {
  if (processId === process.pid) return held.has(path)
  if (!Number.isSafeInteger(processId) || processId < 1) return false
  try {
    process.kill(processId, 0)
    return true
  } catch (error) {
    // EPERM: it runs, but belongs to another user.
    return !isSystemError(error, 'ESRCH')
  }
}

export function isSystemError(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
