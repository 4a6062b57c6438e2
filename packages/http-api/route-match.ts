type Segment = { kind: 'text' | 'variable' | 'greedy'; name: string }

/** Undefined for the route `$default`. */
export type RoutePattern = { method: string; segments: Segment[] } | undefined

export type RouteMatch<Route> = { route: Route; pathParameters: Record<string, string> }

const METHODS = ['ANY', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT']

export function routePattern(routeKey: string): RoutePattern {
  if (routeKey === '$default') return undefined
  const [, method = '', path = ''] = /^([A-Z]+) (\/.*)$/.exec(routeKey) ?? []
  if (!METHODS.includes(method)) throw new Error(`RouteKey: ${routeKey} is not understood`)
  const segments = segmentsOf(path).map((text) => segmentOf(text, routeKey))
  const greedy = segments.findIndex(({ kind }) => kind === 'greedy')
  if (greedy >= 0 && greedy < segments.length - 1) {
    throw new Error(`RouteKey: ${routeKey}: a greedy path variable must be the last part`)
  }
  return { method, segments }
}

function segmentOf(text: string, routeKey: string): Segment {
  const [, variable, plus] = /^\{([\w.:-]+)(\+?)\}$/.exec(text) ?? []
  if (variable) return { kind: plus ? 'greedy' : 'variable', name: variable }
  if (/[{}]/.test(text)) throw new Error(`RouteKey: ${routeKey}: the path segment ${text} is not understood`)
  return { kind: 'text', name: text }
}

function segmentsOf(path: string): string[] {
  return path.split('/').slice(1)
}

/**
 * The most specific route that matches: a full match wins over a greedy path variable, and that over $default
 * (API Gateway Developer Guide, "Create routes for HTTP APIs"). Of equal paths, the named method wins over ANY.
 */
export function matchRoute<Route extends { pattern: RoutePattern }>(
  routes: readonly Route[],
  method: string,
  path: string,
): RouteMatch<Route> | undefined {
  const values = segmentsOf(path)
  const found = routes
    .map((route) => ({ route, pathParameters: parametersOf(route.pattern, method, values) }))
    .filter((match): match is RouteMatch<Route> => match.pathParameters !== undefined)
  return found.sort((a, b) => compare(a.route.pattern, b.route.pattern))[0]
}

function parametersOf(pattern: RoutePattern, method: string, values: string[]): Record<string, string> | undefined {
  if (!pattern) return {}
  if (pattern.method !== 'ANY' && pattern.method !== method) return undefined
  const { segments } = pattern
  const last = segments.length - 1
  const greedy = segments[last]?.kind === 'greedy'
  const aligned = greedy ? [...values.slice(0, last), values.slice(last).join('/')] : values
  if (aligned.length !== segments.length || !segments.every((segment, index) => fits(segment, aligned[index]))) {
    return undefined
  }
  const pairs = segments.map(({ kind, name }, index) => ({ kind, name, value: aligned[index] ?? '' }))
  return Object.fromEntries(pairs.filter(({ kind }) => kind !== 'text').map(({ name, value }) => [name, value]))
}

function fits({ kind, name }: Segment, value: string | undefined): boolean {
  return kind === 'text' ? value === name : Boolean(value)
}

const SPECIFICITY = { text: 0, variable: 1, greedy: 2 }

/** For two patterns that both match: negative when `a` is more specific. */
function compare(a: RoutePattern, b: RoutePattern): number {
  if (!(a && b)) return (a ? 0 : 1) - (b ? 0 : 1)
  for (const [index, { kind }] of a.segments.entries()) {
    const other = b.segments[index]?.kind
    if (other && other !== kind) return SPECIFICITY[kind] - SPECIFICITY[other]
  }
  return (a.method === 'ANY' ? 1 : 0) - (b.method === 'ANY' ? 1 : 0)
}
