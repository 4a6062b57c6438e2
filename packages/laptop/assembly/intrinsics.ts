import type { Json, JsonObject } from '../model.ts'
import { StartFailure } from '../start-failure.ts'

/** What the intrinsics in one resource or output may refer to. */
export type Scope = {
  ref(name: string, where: string): string | undefined
  attribute(logicalId: string, name: string, where: string): string
  imported(exportName: string, where: string): string
}

/** Where `Ref` gives AWS::NoValue, the member is left out of its object or list. */
export function resolveIntrinsics(value: Json, where: string, scope: Scope): Json | undefined {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => resolveIntrinsics(item, `${where}[${index}]`, scope) ?? [])
  }
  if (value === null || typeof value !== 'object') return value
  const intrinsic = Object.keys(value).find((key) => key === 'Ref' || key.startsWith('Fn::'))
  return intrinsic ? evaluate(intrinsic, value, where, scope) : resolveEach(value, where, scope)
}

function resolveEach(value: JsonObject, where: string, scope: Scope): JsonObject {
  const resolved: JsonObject = {}
  for (const [key, member] of Object.entries(value)) {
    const result = resolveIntrinsics(member, `${where}.${key}`, scope)
    if (result !== undefined) resolved[key] = result
  }
  return resolved
}

function evaluate(intrinsic: string, value: JsonObject, where: string, scope: Scope): Json | undefined {
  const argument = value[intrinsic] ?? null
  const here = `${where}.${intrinsic}`
  if (Object.keys(value).length > 1) throw new StartFailure(`${here}: an intrinsic stands alone in its object`)
  switch (intrinsic) {
    case 'Ref':
      return scope.ref(text(argument, here), here)
    case 'Fn::GetAtt':
      return getAtt(argument, here, scope)
    case 'Fn::Join':
      return join(argument, here, scope)
    case 'Fn::Sub':
      return substitute(text(argument, here), here, scope)
    case 'Fn::ImportValue':
      return scope.imported(text(resolveIntrinsics(argument, here, scope), here), here)
    default:
      throw new StartFailure(`${where}: the laptop cloud does not understand ${intrinsic}`)
  }
}

function getAtt(argument: Json, where: string, scope: Scope): string {
  const [logicalId, ...attribute] = typeof argument === 'string' ? argument.split('.') : list(argument, where)
  return scope.attribute(text(logicalId, where), attribute.map((part) => text(part, where)).join('.'), where)
}

function join(argument: Json, where: string, scope: Scope): string {
  const [delimiter, parts] = list(argument, where)
  const resolved = list(resolveIntrinsics(parts ?? null, where, scope), where)
  return resolved.map((part) => text(part, where)).join(text(delimiter, where))
}

function substitute(template: string, where: string, scope: Scope): string {
  return template.replace(/\$\{(!?)([^}]+)\}/g, (_match, literal: string, name: string) => {
    if (literal) return `\${${name}}`
    const dot = name.indexOf('.')
    if (dot > 0) return scope.attribute(name.slice(0, dot), name.slice(dot + 1), where)
    return text(scope.ref(name, where), where)
  })
}

function text(value: Json | undefined, where: string): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw new StartFailure(`${where}: the laptop cloud understands only text here, not ${JSON.stringify(value)}`)
}

function list(value: Json | undefined, where: string): Json[] {
  if (Array.isArray(value)) return value
  throw new StartFailure(`${where}: the laptop cloud understands only a list here, not ${JSON.stringify(value)}`)
}
