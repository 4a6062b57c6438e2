import { LetheError } from '../errors.ts'

export type Limits = { quota: number; open: number }

/** The bytes that an open upload holds. */
export type Reservation = { id: string; size: number; at: number }

/** The usage item: `room` is what is left of `quota`; `own` is present when an operator set the quota. */
export type Room = { room?: number; quota?: number; own?: number; count?: number }

/** Two requests with one Idempotency-Key can race: room that was reserved for one size must not serve another size. */
export function isHeld(reservations: readonly Reservation[], { id, size }: Reservation): boolean {
  const held = reservations.find((reservation) => reservation.id === id)
  if (held && held.size !== size) throw new LetheError('idempotency_key_reused')
  return held !== undefined
}

export function isOfAnotherQuota(room: Room, limits: Limits): room is Room & { quota: number } {
  return room.quota !== undefined && room.own === undefined && room.quota !== limits.quota
}

/** Throws the reason why there is no room. Returns if by now neither limit is exceeded. */
export function checkRoom({ room, count = 0 }: Room, { size }: Reservation, limits: Limits): void {
  if (count >= limits.open) throw new LetheError('too_many_uploads')
  if ((room ?? limits.quota) < size) throw new LetheError('quota_exceeded')
}
