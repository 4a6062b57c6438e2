import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { StartFailure } from './start-failure.ts'
import { isSystemError, LOCK, lock } from './state-lock.ts'

/** Raise it when the layout of the folder changes. */
const FORMAT = 1
const SEED = 'seed'

export type StateOptions = {
  folder: string
  fresh: boolean
  /** The app's name, for messages. */
  name: string
  /** The file that marks the folder as the app's. */
  mark: string
}

export type State = {
  folder: string
  /** Credentials are made from it: so URLs signed before a restart are still valid after it. */
  seed: string
  close(): void
}

/** Locks the folder for this process. Deletes nothing unless `fresh` is set. */
export function openState({ folder, fresh, name, mark }: StateOptions): State {
  const before = contentOf(folder)
  if (before.length > 0 && !before.includes(mark)) {
    throw new StartFailure(`${folder} is not empty and was not made by ${name}: name another folder with --state.`)
  }
  makeFolder(folder)
  const unlock = lock(folder)
  try {
    if (fresh) forget(folder, mark)
    if (contentOf(folder).length === 0) initialize(folder, mark)
    assertFormat(folder, mark)
    return { folder, seed: readSeed(folder), close: unlock }
  } catch (error) {
    unlock()
    throw error
  }
}

export function readSeed(folder: string): string {
  const seed = readOrExplain(folder, SEED)
  if (!/^[0-9a-f]{64}$/.test(seed)) throw unreadableState(folder, `${SEED} is damaged`)
  return seed
}

/** Reads a JSON file of the folder; undefined if there is none. */
export function readStateFile(folder: string, name: string): unknown {
  if (!contentOf(folder).includes(name)) return undefined
  const text = readOrExplain(folder, name)
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw unreadableState(folder, `${name} is not JSON`, cause)
  }
}

/** Turns a failure that comes from the folder's content, such as broken JSON, into a sentence about the state. */
export async function blamingState<T>(folder: string, opening: Promise<T>): Promise<T> {
  try {
    return await opening
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const isDamage = error instanceof SyntaxError || ('code' in error && error.code === 'ERR_SQLITE_ERROR')
    throw isDamage || error.message.includes(folder) ? unreadableState(folder, error.message, error) : error
  }
}

export function unreadableState(folder: string, what: string, cause?: unknown): StartFailure {
  return new StartFailure(
    `The state in ${folder} cannot be used (${what}): add --fresh to forget it and start anew (npm start -- --fresh).`,
    { cause },
  )
}

function contentOf(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name !== LOCK)
  } catch (cause) {
    if (isSystemError(cause, 'ENOENT')) return []
    throw new StartFailure(`${folder} cannot be used as a state folder (${messageOf(cause)}).`, { cause })
  }
}

function makeFolder(folder: string) {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw new StartFailure(`The state folder ${folder} cannot be made (${messageOf(cause)}).`, { cause })
  }
}

function initialize(folder: string, mark: string) {
  writeFileSync(join(folder, SEED), randomBytes(32).toString('hex'), { mode: 0o600 })
  writeFileSync(join(folder, mark), `${JSON.stringify({ format: FORMAT })}\n`)
}

/** Removes the mark last: if this is interrupted, the folder is still known as the app's. */
function forget(folder: string, mark: string) {
  for (const name of contentOf(folder)) if (name !== mark) rmSync(join(folder, name), { recursive: true, force: true })
  rmSync(join(folder, mark), { force: true })
}

function assertFormat(folder: string, mark: string) {
  const content = readStateFile(folder, mark)
  const format = typeof content === 'object' && content !== null && 'format' in content ? content.format : undefined
  if (format !== FORMAT) throw unreadableState(folder, `its format is ${format}, this version reads ${FORMAT}`)
}

function readOrExplain(folder: string, name: string): string {
  try {
    return readFileSync(join(folder, name), 'utf8')
  } catch (cause) {
    throw unreadableState(folder, `${name} is missing or unreadable`, cause)
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
