import type { RouteSettings } from './api-properties.ts'
import type { Stage } from './http-api.ts'

/** One token bucket for each stage and route: it holds at most `burst` tokens and gets `rate` tokens a second. */
export function createThrottle(now: () => number = performance.now.bind(performance)) {
  const buckets = new Map<string, () => boolean>()

  return {
    /** Takes a token. False if there is none left. */
    admits(stage: Stage, routeKey: string): boolean {
      const settings = stage.routeSettings[routeKey] ?? stage.defaultSettings
      if (!settings) return true
      const name = `${stage.name} ${routeKey}`
      const take = buckets.get(name) ?? tokenBucket(settings, now)
      buckets.set(name, take)
      return take()
    },
  }
}

function tokenBucket({ ThrottlingBurstLimit: burst, ThrottlingRateLimit: rate }: RouteSettings, now: () => number) {
  let tokens = burst
  let filledAt = now()
  return () => {
    const time = now()
    tokens = Math.min(burst, tokens + ((time - filledAt) / 1000) * rate)
    filledAt = time
    if (tokens < 1) return false
    tokens -= 1
    return true
  }
}
