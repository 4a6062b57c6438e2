import type { TransactWriteItem } from '@aws-sdk/client-dynamodb'
import { type Ahead, readAhead } from '../data/ahead.ts'
import type { InTable } from '../data/batch.ts'
import type { Database } from '../data/client.ts'
import { fromItem, type Item, toItem } from '../data/item.ts'
import { isRefused, type Table, table } from '../data/table.ts'
import { ABSENT, EXISTS, putIn, updateIn, type Write } from '../data/write.ts'
import { LetheError } from '../errors.ts'
import type { EndReason, Gate, Session } from './session.ts'

export type SessionRef = { userId: string; sid: string }

export const gateKey = (userId: string): Item => toItem({ pk: userId, sk: 'gate' })
const sessionKey = ({ userId, sid }: SessionRef): Item => toItem({ pk: userId, sk: `s#${sid}` })

/** The session's part of `isAlive`. The same write cannot check the gate, which is another item. */
const WITHIN_LIMITS = 'attribute_not_exists(#endedAt) AND #idleUntil > :now AND #endsAt > :now'

const DAY = 86_400

/** An expired session is kept for one more day, so that a refresh can still answer that it has expired. */
function ttlOf({ idleUntil }: { idleUntil: number }): number {
  return idleUntil + DAY
}

function sessionOf(item: Item): Session {
  const { pk, sk, ttl: _, ...fields } = fromItem<Session & { pk: string; sk: string; ttl: number }>(item)
  return { ...fields, userId: pk, sid: sk.slice('s#'.length) }
}

export type SessionState = { gate: Gate | undefined; session: Session | undefined }

/** For the transaction that creates a user. */
export function putGate(tableName: string, userId: string, address: string): TransactWriteItem {
  return putIn(
    tableName,
    { ...gateKey(userId), ...toItem({ status: 'active', epoch: 1, roles: [], address }) },
    { only: ABSENT },
  )
}

export function sessionStore(db: Database, tableName: string) {
  const items = table(db, tableName)

  /** In the same call, what the keys in `more` name. */
  async function readWith(ref: SessionRef, more: readonly InTable[]): Promise<SessionState & { ahead: Ahead }> {
    const [gateAt, sessionAt] = [gateKey(ref.userId), sessionKey(ref)]
    const ahead = await readAhead(db, [items.keyed(gateAt), items.keyed(sessionAt), ...more])
    const [gate, session] = [await items.get(gateAt, ahead), await items.get(sessionAt, ahead)]
    return { gate: gate && fromItem<Gate>(gate), session: session && sessionOf(session), ahead }
  }

  return {
    ...rotating(items),
    ...ending(items),

    async readGate(userId: string): Promise<Gate | undefined> {
      const item = await items.get(gateKey(userId))
      return item && fromItem<Gate>(item)
    },

    readWith,

    /** Gate and session by one strongly consistent call. */
    async read(ref: SessionRef): Promise<SessionState> {
      const { gate, session } = await readWith(ref, [])
      return { gate, session }
    },

    async create(session: Session): Promise<void> {
      const { userId, sid, ...fields } = session
      const item = { ...sessionKey({ userId, sid }), ...toItem({ ...fields, ttl: ttlOf(session) }) }
      const outcome = await items.put(item, { only: ABSENT })
      // The item there may be this same session, put by an earlier try whose answer was lost.
      if (isRefused(outcome) && outcome.blocking?.cur?.S !== session.cur) throw new LetheError('store_unavailable')
    },

    /** One page of a user's sessions in the order of their ids, those that ended or expired left out. */
    async page(userId: string, after: string | undefined, limit: number, now: number) {
      const range = { pk: userId, prefix: 's#', after: after && `s#${after}`, limit }
      const page = await items.query(range, { only: WITHIN_LIMITS, fields: { now } })
      return { sessions: page.items.map(sessionOf), last: page.last?.slice('s#'.length) }
    },
  }
}

/** `next` is the hash of the successor; `sealed` is the successor itself, which only the presented token opens. */
type Rotation = SessionRef & { next: string; sealed: string; now: number; idleUntil: number }
type RotationOutcome = { won: true; session: Session } | { won: false; session: Session | undefined }

const TO_NEXT =
  'SET #cur = :next, #sealed = :sealed, #gen = #gen + :one, #rotatedAt = :now, #idleUntil = :idleUntil, #ttl = :ttl'

function rotating(items: Table) {
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

    /** The answer with the successor was lost, so another replaces it. From now on, using the lost one is reuse. */
    reissue(to: Rotation, from: { presented: string; gen: number }): Promise<RotationOutcome> {
      const only = `#par = :presented AND #gen = :gen AND #seen < :gen AND ${WITHIN_LIMITS}`
      return attemptTo(to, { set: TO_NEXT, only, fields: from })
    },

    /** Records that this generation's access token was used. After a rotation the mark is not needed any more. */
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

function ending(items: Table) {
  return {
    /** False when there is no such session. Ending an ended one changes nothing that anyone can see. */
    async end(ref: SessionRef, now: number): Promise<boolean> {
      const why: EndReason = 'ended'
      const set = 'SET #endedAt = if_not_exists(#endedAt, :now), #why = if_not_exists(#why, :why)'
      return !isRefused(await items.update(sessionKey(ref), { set, only: EXISTS, fields: { now, why } }))
    },

    /** One write ends all sessions: each stores the epoch in which it began, which must equal the gate's epoch. */
    async endAll(userId: string): Promise<void> {
      // The write is refused only if there is no gate, and then no session is alive anyway.
      await items.update(gateKey(userId), { set: 'SET #epoch = #epoch + :one', only: EXISTS, fields: { one: 1 } })
    },

    /** False when the epoch changed meanwhile or the session died: the caller reads both again. */
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
