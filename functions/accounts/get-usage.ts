import { config } from '../config.ts'
import { usageStore } from '../contents/usage-store.ts'
import { protectedEndpoint } from '../http/endpoint.ts'
import { checkCaller, db } from '../sessions/wiring.ts'
import { getUsage } from './contract.ts'

const usage = usageStore(db, config.filesTable())
const limits = config.uploadLimits()

export const handler = protectedEndpoint(getUsage, checkCaller).run(async ({ caller }) => {
  const { quota, used, open } = await usage.read(caller.userId, limits)
  return { status: 200, body: { bytes: { used, limit: quota }, uploads: { open: open.length, limit: limits.open } } }
})
