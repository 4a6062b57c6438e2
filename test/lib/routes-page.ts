import { type Route, routeKey } from '../../functions/rows.ts'

const HEAD = `# Routes

Made from the rows of the nouns (\`functions/<noun>/rows.ts\`) by \`npm run docs\`; a test holds it against them. Who relies on
a route relies on this page: a change of it is a change that clients see.

Besides what is listed, every route can answer \`invalid_input\` and \`body_too_large\`, with a body \`invalid_json\` and
\`unsupported_media_type\`, with a token \`token_invalid\` and \`session_ended\`, and when something is broken
\`internal_error\` and \`store_unavailable\`. Fields and types are in \`GET /openapi.json\`.
`
const TABLE = ['| request | does | who may | answers | refuses with |', '| --- | --- | --- | --- | --- |']

/** `docs/routes.md`, as the rows have it. */
export function routesPage(routes: readonly Route[]): string {
  const nouns = [...Map.groupBy(routes, ({ noun }) => noun)]
  return [HEAD, ...nouns.map(([noun, rows]) => [`## ${noun}\n`, ...TABLE, ...rows.map(line), ''].join('\n'))].join('\n')
}

function line(route: Route): string {
  const { contract, auth } = route
  const answers = Object.keys(contract.answers).join(', ')
  const refusals = refusalsOf(route).map((code) => `\`${code}\``)
  const who = auth === 'jwt' ? 'a session' : `anyone: ${route.because}`
  return `| \`${routeKey(route)}\` | ${contract.summary} | ${who} | ${answers} | ${refusals.join(', ') || 'nothing else'} |`
}

/** Of its own accord, and not because every route of its kind does. */
const refusalsOf = ({ contract }: Route) => [
  ...(contract.problems ?? []),
  ...(contract.repeatable ? ['idempotency_key_reused'] : []),
  ...(contract.givesTokens ? ['header_refused'] : []),
]

export type RoutePromise = { route: string; who: string; success: string[]; refuses: string[] }

/** What a page promises, route by route. */
export function promisesOf(page: string): RoutePromise[] {
  const rows = page.matchAll(/^\| `([A-Z]+ \/\S*)` \| .* \| (anyone|a session)[^|]* \| ([\d, ]+) \| (.*) \|$/gm)
  return [...rows].map(([, route = '', who = '', success = '', refuses = '']) => ({
    route,
    who,
    success: success.split(', '),
    refuses: [...refuses.matchAll(/`(\w+)`/g)].map(([, code]) => code ?? ''),
  }))
}
