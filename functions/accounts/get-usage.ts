import { config } from '../config.ts'
import { usage } from '../contents/wiring.ts'
import { protectedEndpoint } from '../sessions/protected-endpoint.ts'
import { getUsage } from './contract.ts'

const needs = () => ({ usage: usage(), limits: config.uploadLimits() })

export const handler = protectedEndpoint(getUsage, needs)
  .reading(({ caller }, { usage }) => [usage.keyOf(caller.userId)])
  .run(async ({ caller, ahead }, { usage, limits }) => {
    const { quota, used, open } = await usage.read(caller.userId, limits, ahead)
    return { status: 200, body: { bytes: { used, limit: quota }, uploads: { open: open.length, limit: limits.open } } }
  })
