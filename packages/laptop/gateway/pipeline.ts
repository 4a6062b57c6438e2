import type { IncomingMessage } from 'node:http'
import { type Answer, ownAnswer } from './answer.ts'
import { preflightHeaders, withoutCors } from './cors.ts'
import { requestEvent } from './event.ts'
import type { Authorizer, HttpApi, Route, Stage } from './http-api.ts'
import { type Integrated, type IntegrationOptions, integrate } from './integration.ts'
import type { JwtAuthorizer, JwtContext, Verdict } from './jwt-authorizer.ts'
import { headerBytes, MAX_HEADER_BYTES, readBody } from './request-limits.ts'
import { findStage, parseTarget, type Target } from './request-target.ts'
import { matchRoute, type RouteMatch } from './route-match.ts'
import { createThrottle } from './throttle.ts'

export type PipelineOptions = IntegrationOptions & {
  api: HttpApi
  authorizers: Map<Authorizer, JwtAuthorizer>
}

/** An answer and, for the log, how far the request came. */
export type Outcome = { answer: Answer; route?: Route | undefined } & Partial<Integrated>

/** From a request to its answer: route, preflight, throttle, authorizer, function. */
export function createPipeline(options: PipelineOptions) {
  const { api } = options
  const throttle = createThrottle()

  async function admit({ stage, match, preflight }: Chosen, request: IncomingMessage): Promise<Admission | Outcome> {
    const route = match?.route
    // A catch-all route with an authorizer also catches OPTIONS (Developer Guide, "Configure CORS for HTTP APIs").
    if (preflight && !route?.authorization) return { route, answer: preflight }
    if (!match || !route) return { answer: ownAnswer(404, 'no route') }
    if (!throttle.admits(stage, route.routeKey)) return { route, answer: ownAnswer(429, 'throttled') }
    const verdict = await authorize(options, route, request.headers.authorization)
    if ('refusal' in verdict) return { route, answer: verdict.refusal }
    return preflight ? { route, answer: preflight } : { match, jwt: verdict.jwt }
  }

  return async function respond(request: IncomingMessage, requestId: string): Promise<Outcome> {
    const chosen = choose(api, request)
    if ('answer' in chosen) return chosen
    const admission = await admit(chosen, request)
    if ('answer' in admission) return admission
    const { match, jwt } = admission
    const { route, pathParameters } = match
    const body = await readBody(request)
    if (!body) return { route, answer: ownAnswer(413, 'a body over 10 MB') }
    const { stage, target } = chosen
    const event = requestEvent({ request, requestId, apiId: api.id, stage, route, pathParameters, target, body, jwt })
    const integrated = await integrate(options, route.integration, JSON.stringify(event))
    const { headers, ...answer } = integrated.answer
    return { ...integrated, route, answer: { ...answer, headers: api.cors ? withoutCors(headers) : headers } }
  }
}

type Match = RouteMatch<Route>
type Chosen = { stage: Stage; target: Target; match: Match | undefined; preflight: Answer | undefined }
type Admission = { match: Match; jwt: JwtContext | undefined }

function choose(api: HttpApi, request: IncomingMessage): Chosen | Outcome {
  if (headerBytes(request) > MAX_HEADER_BYTES) {
    return { answer: ownAnswer(431, `request line and header values over ${MAX_HEADER_BYTES} bytes`) }
  }
  const target = parseTarget(request.url ?? '')
  if (!target) return { answer: ownAnswer(400, 'the request target is not a path') }
  const place = findStage(api.stages, target.path)
  if (!place) return { answer: ownAnswer(404, 'no stage') }
  const match = matchRoute(api.routes, request.method ?? '', place.routePath)
  return { target, stage: place.stage, match, preflight: preflightAnswer(api, request) }
}

function preflightAnswer({ cors }: HttpApi, { method, headers }: IncomingMessage): Answer | undefined {
  if (!cors || method !== 'OPTIONS') return undefined
  return { status: 204, headers: preflightHeaders(cors, headers.origin), body: '', reason: 'preflight' }
}

async function authorize(
  { authorizers }: PipelineOptions,
  { authorization }: Route,
  token: string | undefined,
): Promise<Verdict | { jwt: undefined }> {
  if (!authorization) return { jwt: undefined }
  const authorizer = authorizers.get(authorization.authorizer)
  if (!authorizer) throw new Error(`the authorizer of ${authorization.authorizer.issuer} was not started`)
  return authorizer(token, authorization.scopes)
}
