import type { Stage } from './http-api.ts'

export type Target = {
  /** Percent-decoded, as AWS shows it to a function despite the name rawPath. */
  path: string
  /** As it came, without the question mark. */
  rawQueryString: string
}

/** Undefined when the request target is none that AWS would understand. */
export function parseTarget(url: string): Target | undefined {
  const [, encodedPath = '', rawQueryString = ''] = /^(\/[^?]*)\??(.*)$/.exec(url) ?? []
  if (!encodedPath) return undefined
  try {
    // Measured on AWS: a decoded question mark cuts the path short.
    const [path = ''] = decodeURIComponent(encodedPath).split('?')
    return { path, rawQueryString }
  } catch {
    return undefined
  }
}

/** The stage whose name is the path's first segment, else $default; with the path that its routes see. */
export function findStage(stages: Stage[], path: string): { stage: Stage; routePath: string } | undefined {
  const [, first = '', rest = '/'] = /^\/([^/]*)(\/.*)?$/.exec(path) ?? []
  const named = stages.find(({ name }) => name === first)
  if (named) return { stage: named, routePath: rest }
  const stage = stages.find(({ name }) => name === '$default')
  return stage && { stage, routePath: path }
}

/** Values decoded, duplicates joined by a comma. */
export function queryParameters(rawQueryString: string): Record<string, string> {
  return joined(new URLSearchParams(rawQueryString))
}

/** Names that come more than once keep all their values, joined by a comma without a space. */
export function joined(entries: Iterable<readonly [string, string]>): Record<string, string> {
  const values = new Map<string, string>()
  for (const [name, value] of entries) {
    const earlier = values.get(name)
    values.set(name, earlier === undefined ? value : `${earlier},${value}`)
  }
  return Object.fromEntries(values)
}
