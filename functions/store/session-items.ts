import type { Session } from '../domain/session.ts'
import { fromItem, type Item, toItem } from './database.ts'

export type SessionRef = { userId: string; sid: string }

export const gateKey = (userId: string): Item => toItem({ pk: userId, sk: 'gate' })
export const sessionKey = ({ userId, sid }: SessionRef): Item => toItem({ pk: userId, sk: `s#${sid}` })

/** The session's own part of being alive; the gate's part cannot be asked in the same write. */
export const WITHIN_LIMITS = 'attribute_not_exists(#endedAt) AND #idleUntil > :now AND #endsAt > :now'

const DAY = 86_400

/** An expired session is kept for a day more, so that its end can still be told. */
export function ttlOf({ idleUntil }: { idleUntil: number }): number {
  return idleUntil + DAY
}

export function sessionOf(item: Item): Session {
  const { pk, sk, ttl: _, ...fields } = fromItem<Session & { pk: string; sk: string; ttl: number }>(item)
  return { ...fields, userId: pk, sid: sk.slice('s#'.length) }
}
