import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { LetheError } from '../errors.ts'
import { type Gate, isAlive, type Session } from './session.ts'

type Claims = { userId: string; sid: string; gen: number }
export type Checked = { gate: Gate; session: Session }
type Caller = { caller: { userId: string; sid: string }; checked: Promise<Checked> }
export type CallerCheck = (event: APIGatewayProxyEventV2, now: number) => Promise<Caller>

type CheckParts = {
  verify(token: string, now: number): Promise<Claims>
  read(ref: { userId: string; sid: string }): Promise<{ gate: Gate | undefined; session: Session | undefined }>
  markSeen(ref: { userId: string; sid: string }, gen: number): Promise<void>
}

/** Checks the signed token first, then whether the session is alive, which only the store knows. */
export function callerCheck({ verify, read, markSeen }: CheckParts): CallerCheck {
  async function alive(claims: Claims, now: number): Promise<Checked> {
    const { gate, session } = await read(claims)
    if (!gate || !session || !isAlive(session, gate, now)) throw new LetheError('session_ended')
    if (claims.gen === session.gen && session.gen > session.seen) await markSeen(claims, session.gen)
    return { gate, session }
  }

  return async (event, now) => {
    const claims = await verify(bearerOf(event), now)
    const checked = alive(claims, now)
    // Awaited by the endpoint; until then a failure must not count as unhandled.
    checked.catch(() => undefined)
    return { caller: { userId: claims.userId, sid: claims.sid }, checked }
  }
}

function bearerOf({ headers }: APIGatewayProxyEventV2): string {
  const header = headers.authorization ?? headers.Authorization ?? ''
  const token = /^(?:Bearer +)?([A-Za-z0-9_.-]+)$/i.exec(header.trim())?.[1]
  if (!token) throw new LetheError('token_invalid')
  return token
}
