import { isoTime } from '../http/contract.ts'
import type { Session } from './session.ts'

export function sessionView(of: Session, currentSid: string) {
  return {
    id: of.sid,
    current: of.sid === currentSid,
    device: of.device,
    address: of.ip,
    signedInAt: isoTime(of.authAt),
    lastUsedAt: isoTime(of.rotatedAt),
    expiresAt: isoTime(Math.min(of.idleUntil, of.endsAt)),
  }
}
