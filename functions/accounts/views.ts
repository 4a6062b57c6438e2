import { isoTime } from '../http/contract.ts'
import type { Profile } from './user.ts'

export function profileView({ id, email, name, v: version, createdAt }: Profile) {
  return { id, email, name, version, createdAt: isoTime(createdAt) }
}
