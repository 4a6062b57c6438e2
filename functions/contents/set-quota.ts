import * as v from 'valibot'
import { config } from '../config.ts'
import { prepared } from '../prepared.ts'
import { usage } from './wiring.ts'

const needs = () => ({ usage: usage(), quota: config.quota() })

const request = v.strictObject({
  userId: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{16,64}$/)),
  /** Null restores the quota of the deployment. */
  mib: v.nullable(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
})

/** Called by an operator, by hand: `{"userId": "...", "mib": 1024}`. */
export const handler = prepared(needs, async ({ usage, quota }, event: unknown): Promise<void> => {
  const { userId, mib } = v.parse(request, event)
  await usage.setQuota({ userId, own: mib === null ? undefined : mib * 2 ** 20, otherwise: quota })
})
