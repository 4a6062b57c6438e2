import type { EndReason, Session } from '../domain/session.ts'
import { isRefused } from './database.ts'
import { type SessionRef, sessionKey, sessionOf, ttlOf, WITHIN_LIMITS } from './session-items.ts'
import type { Table, Write } from './table.ts'

/** `next` is the hash of the successor, `sealed` the successor itself, which only the presented token opens. */
export type Rotation = SessionRef & { next: string; sealed: string; now: number; idleUntil: number }
export type RotationOutcome = { won: true; session: Session } | { won: false; session: Session | undefined }

const TO_NEXT =
  'SET #cur = :next, #sealed = :sealed, #gen = #gen + :one, #rotatedAt = :now, #idleUntil = :idleUntil, #ttl = :ttl'

export function sessionRotation(items: Table) {
  async function attemptTo({ userId, sid, ...to }: Rotation, { fields, ...write }: Write): Promise<RotationOutcome> {
    const all = { ...to, ...fields, one: 1, ttl: ttlOf(to) }
    const outcome = await items.update(sessionKey({ userId, sid }), { ...write, fields: all })
    if (!isRefused(outcome)) return { won: true, session: sessionOf(outcome.Attributes ?? {}) }
    return { won: false, session: outcome.blocking && sessionOf(outcome.blocking) }
  }

  return {
    /** The live token becomes the parent of the next one. */
    rotate(to: Rotation, presented: { token: string; family: string }): Promise<RotationOutcome> {
      const only = `#cur = :token AND #fam = :family AND ${WITHIN_LIMITS}`
      return attemptTo(to, { set: `${TO_NEXT}, #par = #cur`, only, fields: presented })
    },

    /** The answer with the successor was lost: another takes its place, and the lost one is a trap from now on. */
    reissue(to: Rotation, from: { presented: string; gen: number }): Promise<RotationOutcome> {
      const only = `#par = :presented AND #gen = :gen AND #seen < :gen AND ${WITHIN_LIMITS}`
      return attemptTo(to, { set: TO_NEXT, only, fields: from })
    },

    /** Marks that this generation's access token reached us. A rotation meanwhile makes it moot. */
    async markSeen(ref: SessionRef, gen: number): Promise<void> {
      await items.update(sessionKey(ref), { set: 'SET #seen = :gen', only: '#gen = :gen', fields: { gen } })
    },

    async endForReuse(ref: SessionRef, family: string, now: number): Promise<void> {
      const why: EndReason = 'reuse'
      await items.update(sessionKey(ref), {
        set: 'SET #endedAt = :now, #why = :why',
        only: '#fam = :family AND attribute_not_exists(#endedAt)',
        fields: { now, why, family },
      })
    },
  }
}
