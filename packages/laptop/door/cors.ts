import * as v from 'valibot'
import type { Resource } from '../model.ts'
import { parseProperties } from '../properties.ts'
import { readTarget } from './actions/s3.ts'
import { AwsError } from './aws-error.ts'
import type { AwsAnswer, RequestHead } from './call.ts'

const texts = v.array(v.string())
const corsRule = v.strictObject({
  Id: v.optional(v.string()),
  AllowedHeaders: v.optional(texts, []),
  AllowedMethods: v.array(v.picklist(['GET', 'PUT', 'HEAD', 'POST', 'DELETE'])),
  AllowedOrigins: texts,
  ExposedHeaders: v.optional(texts, []),
  MaxAge: v.optional(v.number()),
})
const bucketProperties = v.object({
  CorsConfiguration: v.optional(v.strictObject({ CorsRules: v.array(corsRule) }), { CorsRules: [] }),
})

type BucketCorsRule = {
  allowsOrigin(origin: string): boolean
  isForAnyOrigin: boolean
  methods: string[]
  allowsHeader(name: string): boolean
  exposed: string[]
  maxAge: number | undefined
}

/** The CORS headers of S3, by the rules of each bucket. */
export type BucketCors = {
  preflight(request: RequestHead): AwsAnswer
  /** For every answer, refusals too: without these headers a page of another origin cannot read it. */
  headersFor(request: RequestHead): Record<string, string>
}

/** Throws an Error that names what it does not understand in a rule. */
export function readBucketCors(resources: Resource[]): BucketCors {
  const rulesByBucket = new Map<string, BucketCorsRule[]>()
  for (const bucket of resources.filter(({ type }) => type === 'AWS::S3::Bucket')) {
    rulesByBucket.set(bucket.ref, parseProperties(bucketProperties, bucket).CorsConfiguration.CorsRules.map(readRule))
  }
  const rulesFor = ({ path }: RequestHead) => rulesByBucket.get(readTarget(path).bucket) ?? []
  return {
    preflight(request) {
      const { origin, 'access-control-request-method': method } = request.headers
      if (origin === undefined || method === undefined) {
        throw new AwsError('BadRequest', 400, 'Insufficient information. Origin request header needed.')
      }
      const rules = rulesFor(request)
      if (rules.length === 0)
        throw new AwsError('AccessForbidden', 403, 'CORSResponse: CORS is not enabled for this bucket.')
      const asked = headerNames(request.headers['access-control-request-headers'])
      const rule = rules.find((each) => fits(each, origin, method) && asked.every(each.allowsHeader))
      if (rule === undefined) throw notAllowed()
      const headers = answerHeaders(rule, origin)
      if (asked.length > 0) headers['access-control-allow-headers'] = asked.join(', ')
      return { status: 200, headers, body: '' }
    },
    headersFor(request) {
      const { origin } = request.headers
      if (origin === undefined) return {}
      const rule = rulesFor(request).find((each) => fits(each, origin, request.method))
      return rule === undefined ? {} : answerHeaders(rule, origin)
    },
  }
}

function readRule(rule: v.InferOutput<typeof corsRule>): BucketCorsRule {
  const origins = rule.AllowedOrigins.map((pattern) => oneWildcard(pattern))
  const headers = rule.AllowedHeaders.map((pattern) => oneWildcard(pattern.toLowerCase()))
  return {
    allowsOrigin: (origin) => origins.some((matches) => matches(origin)),
    isForAnyOrigin: rule.AllowedOrigins.includes('*'),
    methods: rule.AllowedMethods,
    allowsHeader: (name) => headers.some((matches) => matches(name)),
    exposed: rule.ExposedHeaders,
    maxAge: rule.MaxAge,
  }
}

function oneWildcard(pattern: string): (text: string) => boolean {
  const [start = '', end, ...more] = pattern.split('*')
  if (more.length > 0) throw new Error(`CORS: ${pattern} has more than one *`)
  if (end === undefined) return (text) => text === pattern
  return (text) => text.length >= start.length + end.length && text.startsWith(start) && text.endsWith(end)
}

const fits = (rule: BucketCorsRule, origin: string, method: string) =>
  rule.allowsOrigin(origin) && rule.methods.includes(method)

function headerNames(text = ''): string[] {
  const names = text.split(',').map((name) => name.trim().toLowerCase())
  return names.filter((name) => name !== '')
}

function answerHeaders(rule: BucketCorsRule, origin: string): Record<string, string> {
  return {
    'access-control-allow-origin': rule.isForAnyOrigin ? '*' : origin,
    'access-control-allow-methods': rule.methods.join(', '),
    ...(rule.isForAnyOrigin ? {} : { 'access-control-allow-credentials': 'true' }),
    ...(rule.exposed.length > 0 ? { 'access-control-expose-headers': rule.exposed.join(', ') } : {}),
    ...(rule.maxAge === undefined ? {} : { 'access-control-max-age': String(rule.maxAge) }),
    vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
  }
}

function notAllowed(): AwsError {
  const what = 'Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers'
  const message = `CORSResponse: This CORS request is not allowed. This is usually because the evalution of ${what} are not whitelisted by the resource's CORS spec.`
  return new AwsError('AccessForbidden', 403, message)
}
