import { ACCOUNT, type Json, type JsonObject } from '../../model.ts'
import { type PolicyCondition, readConditions } from './conditions.ts'
import { globMatcher } from './glob.ts'
import { objectAt, refuseOthers, textsAt } from './read-json.ts'

/** A policy statement, ready to be asked. */
export type Statement = {
  effect: 'Allow' | 'Deny'
  matchesAction: (action: string) => boolean
  matchesResource: (resource: string) => boolean
  /** Always true for identity policies, which name no principal. */
  matchesPrincipal: (principal: Principal) => boolean
  conditions: PolicyCondition[]
}

export type Principal = { roleArn: string } | { service: string }

/** A statement has other elements in each kind of policy. */
export type PolicyKind = 'identity' | 'resource' | 'trust'

const ELEMENTS: Record<PolicyKind, { required: string[]; known: string[] }> = {
  identity: { required: ['Effect', 'Action', 'Resource'], known: ['Sid', 'Condition'] },
  resource: { required: ['Effect', 'Action', 'Resource', 'Principal'], known: ['Sid', 'Condition'] },
  trust: { required: ['Effect', 'Action', 'Principal'], known: ['Sid', 'Condition'] },
}

/** Throws an Error that names what it does not understand in the policy. */
export function readStatements(document: Json | undefined, kind: PolicyKind, where: string): Statement[] {
  const policy = objectAt(document, where)
  refuseOthers(policy, ['Version', 'Statement', 'Id'], where)
  if (policy.Version !== '2012-10-17') throw new Error(`${where}: Version ${String(policy.Version)} is not understood`)
  const statements = Array.isArray(policy.Statement) ? policy.Statement : [policy.Statement]
  return statements.map((statement, index) => {
    const place = `${where}, statement ${index}`
    return readStatement(objectAt(statement, place), kind, place)
  })
}

function readStatement(statement: JsonObject, kind: PolicyKind, where: string): Statement {
  const { required, known } = ELEMENTS[kind]
  refuseOthers(statement, [...required, ...known], where)
  const missing = required.find((element) => statement[element] === undefined)
  if (missing !== undefined) throw new Error(`${where}: ${missing} is missing`)
  if (statement.Effect !== 'Allow' && statement.Effect !== 'Deny') {
    throw new Error(`${where}: Effect ${String(statement.Effect)} is not understood`)
  }
  const conditions = statement.Condition === undefined ? {} : objectAt(statement.Condition, `${where}, Condition`)
  return {
    effect: statement.Effect,
    matchesAction: anyGlob(statement.Action, `${where}, Action`, 'i'),
    matchesResource: kind === 'trust' ? () => true : anyGlob(statement.Resource, `${where}, Resource`),
    matchesPrincipal: kind === 'identity' ? () => true : readPrincipal(statement.Principal, `${where}, Principal`),
    conditions: readConditions(conditions, where),
  }
}

function anyGlob(value: Json | undefined, where: string, flags = ''): (text: string) => boolean {
  const matchers = textsAt(value, where).map((pattern) => globMatcher(pattern, flags))
  return (text) => matchers.some((matches) => matches(text))
}

function readPrincipal(value: Json | undefined, where: string): (principal: Principal) => boolean {
  if (value === '*') return () => true
  const principal = objectAt(value, where)
  refuseOthers(principal, ['AWS', 'Service'], where)
  const roles = principal.AWS === undefined ? [] : textsAt(principal.AWS, `${where}, AWS`)
  const services = principal.Service === undefined ? [] : textsAt(principal.Service, `${where}, Service`)
  for (const role of roles) {
    // Naming the account's root means: its identity policies decide. That is not supported.
    if (role !== '*' && !role.startsWith(`arn:aws:iam::${ACCOUNT}:role/`)) {
      throw new Error(`${where}: ${role} is not understood`)
    }
  }
  return (caller) =>
    roles.includes('*') || ('service' in caller ? services.includes(caller.service) : roles.includes(caller.roleArn))
}
