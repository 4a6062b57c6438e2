import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { LetheError } from '../errors.ts'
import { type Gate, isAlive, type Session } from './session.ts'

type Claims = { userId: string; sid: string; gen: number }
export type Checked = { gate: Gate; session: Session }
type CallerRef = { userId: string; sid: string }
type Caller<A> = {
  caller: CallerRef
  checked: Promise<Checked>
  /** What was read for the work in the same call, if anything. A dead session gets none of it. */
  ahead: Promise<A | undefined>
}
/** `keysFor` names what the work for this caller reads first. */
export type CallerCheck<K, A> = (
  event: APIGatewayProxyEventV2,
  now: number,
  keysFor: (caller: CallerRef) => readonly K[],
) => Promise<Caller<A>>

type CheckParts<K, A> = {
  verify(token: string, now: number): Promise<Claims>
  read(ref: CallerRef, more: readonly K[]): Promise<{ gate: Gate | undefined; session: Session | undefined; ahead: A }>
  markSeen(ref: CallerRef, gen: number): Promise<void>
}

/** Checks the signed token first, then whether the session is alive, which only the store knows. */
export function callerCheck<K, A>({ verify, read, markSeen }: CheckParts<K, A>): CallerCheck<K, A> {
  async function readLiving(caller: CallerRef, keys: readonly K[], now: number) {
    const { gate, session, ahead } = await read(caller, keys)
    if (!gate || !session || !isAlive(session, gate, now)) throw new LetheError('session_ended')
    return { gate, session, ahead }
  }

  async function marked(living: Promise<Checked>, { gen, ...caller }: Claims): Promise<Checked> {
    const { gate, session } = await living
    if (gen === session.gen && session.gen > session.seen) await markSeen(caller, session.gen)
    return { gate, session }
  }

  return async (event, now, keysFor) => {
    const claims = await verify(bearerOf(event), now)
    const caller = { userId: claims.userId, sid: claims.sid }
    const keys = keysFor(caller)
    const living = readLiving(caller, keys, now)
    const checked = marked(living, claims)
    // Work that reads nothing ahead need not wait.
    const ahead = keys.length === 0 ? Promise.resolve(undefined) : living.then((state) => state.ahead)
    // Awaited by the endpoint; until then a failure must not count as unhandled.
    for (const promise of [checked, ahead]) promise.catch(() => undefined)
    return { caller, checked, ahead }
  }
}

function bearerOf({ headers }: APIGatewayProxyEventV2): string {
  const header = headers.authorization ?? headers.Authorization ?? ''
  const token = /^(?:Bearer +)?([A-Za-z0-9_.-]+)$/i.exec(header.trim())?.[1]
  if (!token) throw new LetheError('token_invalid')
  return token
}
