import type { EndReason } from '../domain/session.ts'
import { isRefused } from './database.ts'
import { gateKey, type SessionRef, sessionKey, WITHIN_LIMITS } from './session-items.ts'
import { EXISTS, type Table, updateIn } from './table.ts'

export function sessionEnding(items: Table) {
  return {
    /** False when there is no such session. Ending an ended one changes nothing that anyone can see. */
    async end(ref: SessionRef, now: number): Promise<boolean> {
      const why: EndReason = 'ended'
      const set = 'SET #endedAt = if_not_exists(#endedAt, :now), #why = if_not_exists(#why, :why)'
      return !isRefused(await items.update(sessionKey(ref), { set, only: EXISTS, fields: { now, why } }))
    },

    /** One write, at any number of sessions: each carries the epoch in which it began. */
    async endAll(userId: string): Promise<void> {
      // Refused only where there is no gate, and then no session is alive anyway.
      await items.update(gateKey(userId), { set: 'SET #epoch = #epoch + :one', only: EXISTS, fields: { one: 1 } })
    },

    /** False when the epoch moved meanwhile or the session died: the caller looks again. */
    async endOthers(ref: SessionRef, epoch: number, now: number): Promise<boolean> {
      const set = 'SET #epoch = :next'
      const same = '#epoch = :epoch'
      const fields = { epoch, next: epoch + 1 }
      const cancelled = await items.transact([
        updateIn(items.name, gateKey(ref.userId), { set, only: same, fields }),
        updateIn(items.name, sessionKey(ref), {
          set,
          only: `${same} AND ${WITHIN_LIMITS}`,
          fields: { ...fields, now },
        }),
      ])
      return cancelled === undefined
    },
  }
}
