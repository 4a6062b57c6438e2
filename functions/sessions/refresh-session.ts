import { config } from '../config.ts'
import { hashOf, newSecret, openSeal, seal } from '../crypto/secrets.ts'
import { type ErrorCode, LetheError } from '../errors.ts'
import { endpoint } from '../http/endpoint.ts'
import { together } from '../http/together.ts'
import { refreshSession } from './contract.ts'
import {
  formatRefreshToken,
  gateAdmits,
  type LostRotation,
  lostRotation,
  parseRefreshToken,
  type RefreshToken,
  type Session,
} from './session.ts'
import { sessions, tokens } from './wiring.ts'

const REFUSALS: Record<Exclude<LostRotation, 'repeat'>, ErrorCode> = {
  ended: 'session_ended',
  invalid: 'refresh_token_invalid',
  expired: 'session_expired',
  reuse: 'refresh_token_reused',
  // This request lost both writes and is still late, so clocks disagree. A later try finds the winner's successor.
  late: 'store_unavailable',
}

const needs = () => ({ sessions: sessions(), tokens: tokens(), idle: config.sessionLimits().idle })
type Needs = ReturnType<typeof needs>

export const handler = endpoint(refreshSession, needs).run(async ({ body, now }, has) => {
  const { sessions, tokens } = has
  // Two calls follow in parallel. Without this wait, a cold start would open a second and a third connection.
  await tokens.connected
  const presented = parseRefreshToken(body.refreshToken)
  if (!presented) throw new LetheError('refresh_token_invalid')
  const [gate, { session, secret }] = await together(sessions.readGate(presented.userId), rotate(has, presented, now))
  // Even if the rotation was written, nobody gets a token when the gate is shut.
  if (!gateAdmits(gate, session)) throw new LetheError('session_ended')
  return { status: 200, body: await tokens.issue(session, formatRefreshToken({ ...presented, secret }), now) }
})

type Rotated = { session: Session; secret: string }

async function rotate({ sessions, idle }: Needs, presented: RefreshToken, now: number): Promise<Rotated> {
  const hashes = { token: hashOf(presented.secret), family: hashOf(presented.family) }
  const secret = newSecret()
  const next = successor(presented, secret, { now, idle })
  const first = await sessions.rotate(next, hashes)
  if (first.won) return { session: first.session, secret }
  const lost = lostRotation(first.session, hashes, now)
  if (lost !== 'late' || !first.session) return settle(sessions, lost, first.session, presented, now)

  // The successor was never used, so its answer was lost. If another request wins now, its sealed successor is used.
  const second = await sessions.reissue(next, { presented: hashes.token, gen: first.session.gen })
  if (second.won) return { session: second.session, secret }
  return settle(sessions, lostRotation(second.session, hashes, now), second.session, presented, now)
}

async function settle(
  sessions: Needs['sessions'],
  lost: LostRotation,
  session: Session | undefined,
  presented: RefreshToken,
  now: number,
) {
  if (lost === 'repeat' && session?.sealed) {
    return { session, secret: openSeal(session.sealed, presented.secret, presented.sid) }
  }
  if (lost === 'reuse') await sessions.endForReuse(presented, hashOf(presented.family), now)
  throw new LetheError(lost === 'repeat' ? 'internal_error' : REFUSALS[lost])
}

function successor(
  { userId, sid, secret: presented }: RefreshToken,
  next: string,
  { now, idle }: { now: number; idle: number },
) {
  return { userId, sid, next: hashOf(next), sealed: seal(next, presented, sid), now, idleUntil: now + idle }
}
