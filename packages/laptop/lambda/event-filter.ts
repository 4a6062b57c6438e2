import type { Json } from '../model.ts'

type ValueTest = (value: unknown) => boolean

/** Patterns of FilterCriteria or of a rule: an event must match one of them. Without patterns, all events pass. */
export function eventFilter(patterns: readonly string[]): ValueTest {
  const tests = patterns.map((pattern) => testOf(JSON.parse(pattern) as Json, pattern))
  return (event) => tests.length === 0 || tests.some((test) => test(event))
}

function testOf(pattern: Json, whole: string): ValueTest {
  if (Array.isArray(pattern)) {
    const rules = pattern.map((rule) => ruleOf(rule, whole))
    // If the event has a list, one matching element is enough.
    return (value) => [value].flat().some((element) => rules.some((rule) => rule(element)))
  }
  if (typeof pattern !== 'object' || pattern === null) throw unknownRule(pattern, whole)
  const tests = Object.entries(pattern).map(([key, inner]) => ({ key, test: testOf(inner, whole) }))
  return (value) => tests.every(({ key, test }) => test(memberOf(value, key)))
}

function ruleOf(rule: Json, whole: string): ValueTest {
  if (typeof rule !== 'object' || rule === null) return (value) => value === rule
  const [name, operand, ...more] = Array.isArray(rule) ? [] : Object.entries(rule).flat()
  if (more.length === 0) {
    if (name === 'exists') return (value) => (value !== undefined) === operand
    if (name === 'prefix') return (value) => typeof value === 'string' && value.startsWith(String(operand))
    if (name === 'anything-but') return (value) => value !== undefined && ![operand].flat().includes(value as Json)
  }
  throw unknownRule(rule, whole)
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined
}

function unknownRule(rule: Json, whole: string): Error {
  return new Error(`event pattern: ${JSON.stringify(rule)} is not understood, in the pattern ${whole}`)
}
