import type { IncomingMessage } from 'node:http'
import { type HttpAnswer, ownAnswer } from '@lethe/http-api/answer.ts'
import { directConnection } from '@lethe/http-api/client-connection.ts'
import { preflightAnswer, withoutCors } from '@lethe/http-api/cors.ts'
import { requestEvent } from '@lethe/http-api/event.ts'
import type { TokenRules } from '@lethe/http-api/jwt-claims.ts'
import type { JwtContext, JwtVerdict } from '@lethe/http-api/jwt-verdict.ts'
import { headerBytes, MAX_HEADER_BYTES, readBody } from '@lethe/http-api/request-limits.ts'
import { findStage, parseTarget, type RequestTarget } from '@lethe/http-api/request-target.ts'
import { matchRoute, type RouteMatch } from '@lethe/http-api/route-match.ts'
import { ACCOUNT } from '../model.ts'
import type { HttpApi, Route, Stage } from './http-api.ts'
import { type Integrated, type IntegrationOptions, integrate } from './integration.ts'
import type { JwtAuthorizer } from './jwt-authorizer.ts'
import { createThrottle } from './throttle.ts'

export type PipelineOptions = IntegrationOptions & {
  api: HttpApi
  authorizers: Map<TokenRules, JwtAuthorizer>
}

/** The answer and, for the log, which route and function it came from. */
export type RequestOutcome = { answer: HttpAnswer; route?: Route | undefined } & Partial<Integrated>

/** Answers a request. The steps are: route, preflight, throttle, authorizer, function. */
export function createPipeline(options: PipelineOptions) {
  const { api } = options
  const throttle = createThrottle()

  async function admit(
    { stage, match, preflight }: Chosen,
    request: IncomingMessage,
  ): Promise<Admission | RequestOutcome> {
    const route = match?.route
    // A catch-all route with an authorizer also catches OPTIONS (Developer Guide, "Configure CORS for HTTP APIs").
    if (preflight && !route?.authorization) return { route, answer: preflight }
    if (!match || !route) return { answer: ownAnswer(404, 'no route') }
    if (!throttle.admits(stage, route.routeKey)) return { route, answer: ownAnswer(429, 'throttled') }
    const verdict = await authorize(options, route, request.headers.authorization)
    if ('refusal' in verdict) return { route, answer: verdict.refusal }
    return preflight ? { route, answer: preflight } : { match, jwt: verdict.jwt }
  }

  return async function respond(request: IncomingMessage, requestId: string): Promise<RequestOutcome> {
    const chosen = choose(api, request)
    if ('answer' in chosen) return chosen
    const admission = await admit(chosen, request)
    if ('answer' in admission) return admission
    const { match, jwt } = admission
    const { route, pathParameters } = match
    const body = await readBody(request)
    if (!body) return { route, answer: ownAnswer(413, 'a body over 10 MB') }
    const { stage, target } = chosen
    const event = requestEvent({
      request,
      connection: directConnection(request),
      requestId,
      accountId: ACCOUNT,
      apiId: api.id,
      stage,
      routeKey: route.routeKey,
      pathParameters,
      target,
      body,
      jwt,
    })
    const integrated = await integrate(options, route.integration, JSON.stringify(event))
    const { headers, ...answer } = integrated.answer
    return { ...integrated, route, answer: { ...answer, headers: api.cors ? withoutCors(headers) : headers } }
  }
}

type Match = RouteMatch<Route>
type Chosen = { stage: Stage; target: RequestTarget; match: Match | undefined; preflight: HttpAnswer | undefined }
type Admission = { match: Match; jwt: JwtContext | undefined }

function choose(api: HttpApi, request: IncomingMessage): Chosen | RequestOutcome {
  if (headerBytes(request) > MAX_HEADER_BYTES) {
    return { answer: ownAnswer(431, `request line and header values over ${MAX_HEADER_BYTES} bytes`) }
  }
  const target = parseTarget(request.url ?? '')
  if (!target) return { answer: ownAnswer(400, 'the request target is not a path') }
  const place = findStage(api.stages, target.path)
  if (!place) return { answer: ownAnswer(404, 'no stage') }
  const match = matchRoute(api.routes, request.method ?? '', place.routePath)
  return { target, stage: place.stage, match, preflight: preflightAnswer(api.cors, request) }
}

async function authorize(
  { authorizers }: PipelineOptions,
  { authorization }: Route,
  token: string | undefined,
): Promise<JwtVerdict | { jwt: undefined }> {
  if (!authorization) return { jwt: undefined }
  const authorizer = authorizers.get(authorization.authorizer)
  if (!authorizer) throw new Error(`the authorizer of ${authorization.authorizer.issuer} was not started`)
  return authorizer(token, authorization.scopes)
}
