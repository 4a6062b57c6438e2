import { ACCOUNT, type Resource } from '../model.ts'
import type { Need } from './call.ts'
import { DEV } from './credentials.ts'
import { evaluate, type PolicyVerdict } from './iam/evaluate.ts'
import { type Policies, readPolicies } from './iam/policies.ts'
import { readStatements, type Statement } from './iam/statements.ts'
import type { Observed } from './observed.ts'

export type Denial = { action: string; resource: string; verdict: PolicyVerdict; sessionArn: string }

export type Authority = {
  /** The physical name of every function, and `dev`. */
  principalNames: string[]
  /** Checks and records each of a call's needs; gives the first one that is denied. */
  judge(principalName: string, needs: Need[]): Denial | undefined
  /** Checks and records one action. For what Lambda does with a function's role, such as logs:PutLogEvents. */
  may(principalName: string, action: string, resource: string): boolean
  /** Checks one action that only decides which answer is given. Not recorded if denied: nobody tried to do it. */
  holds(principalName: string, action: string, resource: string): boolean
  /** For the role that the API uses. Not recorded. */
  roleMay(roleArn: string, action: string, resource: string): boolean
  /** Whether the resource's own policy allows this to a service that acts for another resource. Not recorded. */
  serviceMay(principal: ServicePrincipal, action: string, resource: string): boolean
  /** Whether the role's trust policy lets this service use it. */
  canAssume(service: string, roleArn: string): boolean
}

type ServicePrincipal = { service: string; sourceArn: string }

/** What `dev` may do besides: invoke any function. */
const OPERATOR = {
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: '*' },
}

type Holder = { roleArn: string; sessionArn: string; statements: Statement[] }

/** Throws an Error that names what it does not understand in a policy, or a function that has no usable role. */
export function readAuthority(resources: Resource[], observed: Observed): Authority {
  const policies = readPolicies(resources)
  const holders = readHolders(resources, policies)
  const holderOf = (principalName: string): Holder => {
    const holder = holders.get(principalName)
    if (holder === undefined) throw new Error(`no function is called ${principalName}`)
    return holder
  }
  const asked = askedOnce(policies)
  const apiHolders = new Map<string, Holder>()
  const decide = (holder: Holder, need: Need): PolicyVerdict =>
    strictest(need, (resource) => asked(holder, need, resource))
  const judge: Authority['judge'] = (principalName, needs) => {
    const holder = holderOf(principalName)
    for (const need of needs) {
      const verdict = decide(holder, need)
      observed.record(principalName, need.action, verdict === 'allowed')
      const { sessionArn } = holder
      if (verdict !== 'allowed') return { action: need.action, resource: need.resources[0], verdict, sessionArn }
    }
    return undefined
  }
  return {
    principalNames: [...holders.keys()],
    judge,
    may: (principalName, action, resource) => judge(principalName, [{ action, resources: [resource] }]) === undefined,
    holds(principalName, action, resource) {
      const isAllowed = decide(holderOf(principalName), { action, resources: [resource] }) === 'allowed'
      if (isAllowed) observed.record(principalName, action, true)
      return isAllowed
    },
    roleMay(roleArn, action, resource) {
      const role = policies.roles.get(roleArn)
      if (role === undefined) return false
      const holder = apiHolders.get(roleArn) ?? { roleArn, sessionArn: roleArn, statements: role.statements }
      apiHolders.set(roleArn, holder)
      return decide(holder, { action, resources: [resource] }) === 'allowed'
    },
    serviceMay: (principal, action, resource) => serviceMay(policies, principal, action, resource),
    canAssume: (service, roleArn) => canAssume(policies, service, roleArn),
  }
}

/** One allowed resource is enough, unless another one is explicitly denied. */
function strictest(need: Need, verdictOn: (resource: string) => PolicyVerdict): PolicyVerdict {
  const verdicts = need.resources.map(verdictOn)
  const explicit = verdicts.find((verdict) => verdict.startsWith('denied'))
  return explicit ?? (verdicts.includes('allowed') ? 'allowed' : 'not allowed')
}

/** More than the resources of an assembly: only objects in a bucket are many. */
const KEPT_VERDICTS = 2000

/**
 * Keeps the verdicts that depend on nothing in the request but action and resource. They live as long as the policies
 * from which they follow.
 */
function askedOnce(policies: Policies) {
  const kept = new Map<Holder, Map<string, PolicyVerdict>>()
  return (holder: Holder, need: Need, resource: string): PolicyVerdict => {
    const ofHolder = kept.get(holder) ?? new Map<string, PolicyVerdict>()
    kept.set(holder, ofHolder)
    const question = `${need.action} ${resource}`
    const known = ofHolder.get(question)
    if (known !== undefined) return known
    const { verdict, isGeneral } = ask(policies, holder, need, resource)
    if (ofHolder.size >= KEPT_VERDICTS) ofHolder.clear()
    if (isGeneral) ofHolder.set(question, verdict)
    return verdict
  }
}

function ask(policies: Policies, holder: Holder, need: Need, resource: string) {
  let isGeneral = true
  const context = (key: string): string[] | undefined => {
    // In AWS these calls come by TLS. Policies that demand it must work here too.
    if (key === 'aws:securetransport') return ['true']
    isGeneral = false
    return key === 'dynamodb:leadingkeys' ? need.context?.['dynamodb:LeadingKeys']?.() : undefined
  }
  const bucketOrQueue = resource.startsWith('arn:aws:s3:::') ? resource.replace(/\/.*$/s, '') : resource
  const resourcePolicy = policies.resourcePolicies.get(bucketOrQueue) ?? []
  const question = { principal: { roleArn: holder.roleArn }, action: need.action, resource, context }
  return { verdict: evaluate(question, holder.statements, resourcePolicy), isGeneral }
}

function readHolders(resources: Resource[], policies: Policies): Map<string, Holder> {
  const holders = new Map<string, Holder>()
  for (const { type, ref, properties } of resources) {
    if (type !== 'AWS::Lambda::Function') continue
    const role = policies.roles.get(String(properties.Role))
    if (role === undefined)
      throw new Error(`function ${ref}: its role ${String(properties.Role)} is not in the template`)
    if (!canAssume(policies, 'lambda.amazonaws.com', role.arn)) {
      throw new Error(`function ${ref}: its role ${role.name} cannot be assumed by Lambda`)
    }
    holders.set(ref, { roleArn: role.arn, sessionArn: sessionArn(role.name, ref), statements: role.statements })
  }
  const operator = readStatements(OPERATOR, 'identity', DEV)
  const statements = [...operator, ...[...holders.values()].flatMap((holder) => holder.statements)]
  const devRole = `arn:aws:iam::${ACCOUNT}:role/${DEV}`
  return holders.set(DEV, { roleArn: devRole, sessionArn: sessionArn(DEV, DEV), statements })
}

const sessionArn = (roleName: string, session: string) => `arn:aws:sts::${ACCOUNT}:assumed-role/${roleName}/${session}`

function serviceMay(policies: Policies, principal: ServicePrincipal, action: string, resource: string): boolean {
  const { service, sourceArn } = principal
  const values: Record<string, string> = {
    'aws:securetransport': 'true',
    'aws:sourcearn': sourceArn,
    'aws:sourceaccount': ACCOUNT,
  }
  const context = (key: string) => (values[key] === undefined ? undefined : [values[key]])
  const question = { principal: { service }, action, resource, context }
  return evaluate(question, [], policies.resourcePolicies.get(resource) ?? []) === 'allowed'
}

function canAssume(policies: Policies, service: string, roleArn: string): boolean {
  const context = (key: string) => (key === 'aws:sourceaccount' ? [ACCOUNT] : undefined)
  const question = { principal: { service }, action: 'sts:AssumeRole', resource: roleArn, context }
  return evaluate(question, policies.roles.get(roleArn)?.trust ?? [], []) === 'allowed'
}
