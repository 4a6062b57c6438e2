/** Times are whole seconds since 1970. Only hashes of tokens are remembered. */
export type Session = {
  sid: string
  userId: string
  /** Hash of the family. Only a token of this family may end the session, so nobody can end it by guessing. */
  fam: string
  /** Hashes of the live refresh token and of its parent. */
  cur: string
  par?: string
  /** The live refresh token's secret, encrypted so that only its parent can open it. */
  sealed?: string
  gen: number
  /** The highest generation whose access token was used. */
  seen: number
  rotatedAt: number
  idleUntil: number
  endsAt: number
  epoch: number
  authAt: number
  device: string
  ip: string
  endedAt?: number
  why?: EndReason
}

export type EndReason = 'ended' | 'reuse'

/** One per user: what must hold for all of the user's sessions. */
export type Gate = {
  status: 'active' | 'disabled' | 'deleted'
  epoch: number
  roles: string[]
  /** The canonical address of the account. Shares with this address are found by it. */
  address: string
}

export type SessionLimits = { idle: number; absolute: number }

/** How long, in seconds, a used refresh token gets its successor again: for tabs, repeated calls, lost answers. */
const REUSE_WINDOW = 30

export function isAlive(session: Session | undefined, gate: Gate | undefined, now: number): boolean {
  if (!session || !gate) return false
  return isWithinLimits(session, now) && gateAdmits(gate, session)
}

function isWithinLimits(session: Session, now: number): boolean {
  return session.endedAt === undefined && session.idleUntil > now && session.endsAt > now
}

export function gateAdmits(gate: Gate | undefined, session: Session): boolean {
  return gate?.status === 'active' && gate.epoch === session.epoch
}

export type LostRotation = 'ended' | 'invalid' | 'expired' | 'repeat' | 'late' | 'reuse'

/** Points 9 to 12 of the state machine: why a token with these hashes could not rotate this session. */
export function lostRotation(
  session: Session | undefined,
  presented: { token: string; family: string },
  now: number,
): LostRotation {
  if (!session || session.endedAt !== undefined) return 'ended'
  if (session.fam !== presented.family) return 'invalid'
  if (!isWithinLimits(session, now)) return 'expired'
  if (session.par !== presented.token) return 'reuse'
  if (now - session.rotatedAt <= REUSE_WINDOW) return 'repeat'
  return session.seen < session.gen ? 'late' : 'reuse'
}

export function newSession(
  from: Pick<Session, 'sid' | 'userId' | 'fam' | 'cur' | 'epoch' | 'device' | 'ip'>,
  limits: SessionLimits,
  now: number,
): Session {
  return {
    ...from,
    gen: 1,
    seen: 0,
    rotatedAt: now,
    authAt: now,
    idleUntil: now + limits.idle,
    endsAt: now + limits.absolute,
  }
}

export type RefreshToken = { userId: string; sid: string; family: string; secret: string }

const ID = '[A-Za-z0-9_-]{16,64}'
const FORMAT = new RegExp(`^v1\\.(${ID})\\.(${ID})\\.([A-Za-z0-9_-]{22})\\.([A-Za-z0-9_-]{43})$`)

export function formatRefreshToken({ userId, sid, family, secret }: RefreshToken): string {
  return `v1.${userId}.${sid}.${family}.${secret}`
}

export function parseRefreshToken(text: string): RefreshToken | undefined {
  const [, userId, sid, family, secret] = FORMAT.exec(text) ?? []
  if (!userId || !sid || !family || !secret) return undefined
  return { userId, sid, family, secret }
}
