import { StartFailure } from './start-failure.ts'

/** Waits for a server to start. A port that cannot be opened ends the start in one sentence. */
export async function listen<T>(port: number, what: string, starting: Promise<T>): Promise<T> {
  try {
    return await starting
  } catch (cause) {
    if (!(cause instanceof Error && 'syscall' in cause && cause.syscall === 'listen')) throw cause
    const why = 'code' in cause && cause.code === 'EADDRINUSE' ? 'is in use' : `cannot be opened (${cause.message})`
    throw new StartFailure(`Port ${port} (${what}) ${why}: choose the first of three free ports with --port.`, {
      cause,
    })
  }
}
