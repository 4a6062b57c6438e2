import type { JsonObject } from '../../model.ts'
import { globMatcher } from './glob.ts'
import { objectAt, textsAt } from './read-json.ts'

/** The values of a condition key, given in lower case; undefined if the request has no such key. */
export type ConditionContext = (key: string) => string[] | undefined
export type PolicyCondition = (context: ConditionContext) => boolean

type Compare = (pattern: string) => (value: string) => boolean

const exactly: Compare = (pattern) => (value) => value === pattern
const like: Compare = (pattern) => globMatcher(pattern)

const SOURCE_ARN = 'aws:sourcearn'
const SOURCE_ACCOUNT = 'aws:sourceaccount'
const LEADING_KEYS = 'dynamodb:leadingkeys'

/** The supported conditions. ArnEquals accepts wildcards too, as in AWS. */
const OPERATORS: Record<string, { keys: string[]; compare: Compare; forAll?: true }> = {
  Bool: { keys: ['aws:securetransport'], compare: exactly },
  StringEquals: { keys: [SOURCE_ARN, SOURCE_ACCOUNT], compare: exactly },
  StringLike: { keys: [SOURCE_ARN, SOURCE_ACCOUNT], compare: like },
  ArnEquals: { keys: [SOURCE_ARN], compare: like },
  ArnLike: { keys: [SOURCE_ARN], compare: like },
  'ForAllValues:StringEquals': { keys: [LEADING_KEYS], compare: exactly, forAll: true },
  'ForAllValues:StringLike': { keys: [LEADING_KEYS], compare: like, forAll: true },
}

export function readConditions(block: JsonObject, where: string): PolicyCondition[] {
  return Object.entries(block).flatMap(([operator, entries]) => {
    const known = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined
    if (known === undefined) throw new Error(`${where}: condition operator ${operator} is not understood`)
    return Object.entries(objectAt(entries, `${where}, ${operator}`)).map(([key, wanted]) => {
      const name = key.toLowerCase()
      if (!known.keys.includes(name))
        throw new Error(`${where}: condition key ${key} under ${operator} is not understood`)
      const tests = textsAt(wanted, `${where}, ${operator} ${key}`).map(known.compare)
      const matches = (value: string) => tests.some((test) => test(value))
      return known.forAll
        ? (context: ConditionContext) => (context(name) ?? []).every(matches)
        : (context: ConditionContext) => (context(name) ?? []).some(matches)
    })
  })
}
