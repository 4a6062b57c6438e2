export type RequestTarget = {
  /** Percent-decoded: so it is in a function's event, although its name there is rawPath. */
  path: string
  /** As it came, without the question mark. */
  rawQueryString: string
}

/** Undefined for a target that AWS answers with 400. */
export function parseTarget(url: string): RequestTarget | undefined {
  const [, encodedPath = '', rawQueryString = ''] = /^(\/[^?]*)\??(.*)$/.exec(url) ?? []
  if (!encodedPath) return undefined
  try {
    // Measured on AWS: the path ends at a decoded question mark.
    const [path = ''] = decodeURIComponent(encodedPath).split('?')
    return { path, rawQueryString }
  } catch {
    return undefined
  }
}

/**
 * The stage whose name is the path's first segment, else the stage `$default`. `routePath` is the path to match routes
 * with: without the name of the stage.
 */
export function findStage<Stage extends { name: string }>(
  stages: readonly Stage[],
  path: string,
): { stage: Stage; routePath: string } | undefined {
  const [, first = '', rest = '/'] = /^\/([^/]*)(\/.*)?$/.exec(path) ?? []
  const named = stages.find(({ name }) => name === first)
  if (named) return { stage: named, routePath: rest }
  const stage = stages.find(({ name }) => name === '$default')
  return stage && { stage, routePath: path }
}

/** Values are decoded; the values of a repeated name are joined by a comma. */
export function queryParameters(rawQueryString: string): Record<string, string> {
  return joined(new URLSearchParams(rawQueryString))
}

/** A repeated name keeps all its values, joined by a comma without a space. */
export function joined(entries: Iterable<readonly [string, string]>): Record<string, string> {
  const values = new Map<string, string>()
  for (const [name, value] of entries) {
    const earlier = values.get(name)
    values.set(name, earlier === undefined ? value : `${earlier},${value}`)
  }
  return Object.fromEntries(values)
}
