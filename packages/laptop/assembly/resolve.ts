import { createHash } from 'node:crypto'
import { ACCOUNT, type JsonObject, REGION, type Resource } from '../model.ts'
import { StartFailure } from '../start-failure.ts'
import { resolveIntrinsics, type Scope } from './intrinsics.ts'
import type { Assembly, Stack, TemplateResource } from './read-assembly.ts'
import { assertUnderstood, type CloudAddresses, findResourceType, isCustomResource } from './resource-types.ts'

const SECTIONS = new Set(['Type', 'Properties', 'DependsOn', 'Metadata', 'DeletionPolicy', 'UpdateReplacePolicy'])

/** The wanted resources and those they need. Each comes after those that it refers to or depends on. */
export function resolveAssembly(
  assembly: Assembly,
  addresses: CloudAddresses,
  isWanted: (type: string, stack: string) => boolean = () => true,
): Resource[] {
  const stacks = new Map(assembly.stacks.map((stack) => [stack.name, stack]))
  const resolved = new Map<string, Resource>()
  const underway = new Set<string>()

  const scopeOf = (stack: Stack): Scope => ({
    ref: (name, where) => (name.startsWith('AWS::') ? pseudo(name, stack, where) : target(stack, name, where).ref),
    attribute(logicalId, name, where) {
      const { type, attributes } = target(stack, logicalId, where)
      const value = attributes[name]
      if (value === undefined) {
        throw new StartFailure(`${where}: the laptop cloud does not know attribute ${name} of ${logicalId} (${type})`)
      }
      return value
    },
    imported: (name, where) => importValue(name, where),
  })

  const target = (stack: Stack, logicalId: string, where: string): Resource => {
    const resource = resourceOf(stack, logicalId, where)
    if (!isCustomResource(resource.type)) return resource
    throw new StartFailure(`${where}: the laptop cloud does not pass on what the custom resource ${logicalId} answers`)
  }

  const resourceOf = (stack: Stack, logicalId: string, where: string): Resource => {
    const key = `${stack.name}/${logicalId}`
    const known = resolved.get(key)
    if (known) return known
    const declared = stack.template.Resources[logicalId]
    if (!declared) throw new StartFailure(`${where}: ${stack.name} has no resource ${logicalId}`)
    if (underway.has(key)) throw new StartFailure(`${where}: ${key} depends on itself`)
    underway.add(key)
    for (const needed of [declared.DependsOn ?? []].flat()) resourceOf(stack, needed, `${key}.DependsOn`)
    const resource = instantiate(stack, logicalId, declared, scopeOf(stack), addresses)
    resolved.set(key, resource)
    return resource
  }

  const importValue = (name: string, where: string): string => {
    for (const stack of stacks.values()) {
      for (const [id, output] of Object.entries(stack.template.Outputs ?? {})) {
        const here = `${stack.name}/Outputs.${id}`
        if (!output.Export || resolveIntrinsics(output.Export.Name, here, scopeOf(stack)) !== name) continue
        return String(resolveIntrinsics(output.Value, here, scopeOf(stack)))
      }
    }
    throw new StartFailure(`${where}: no stack exports ${name}`)
  }

  for (const stack of stacks.values()) {
    for (const [logicalId, { Type }] of Object.entries(stack.template.Resources)) {
      if (isWanted(Type, stack.name)) resourceOf(stack, logicalId, stack.name)
    }
  }
  return [...resolved.values()]
}

function instantiate(
  stack: Stack,
  logicalId: string,
  declared: TemplateResource,
  scope: Scope,
  addresses: CloudAddresses,
): Resource {
  const where = `${stack.name}/${logicalId} (${declared.Type})`
  const type = findResourceType(declared.Type)
  if (!type) throw new StartFailure(`${where}: the laptop cloud does not understand this resource type`)
  const section = Object.keys(declared).find((name) => !SECTIONS.has(name))
  if (section) throw new StartFailure(`${where}: the laptop cloud does not understand ${section}`)
  const properties = resolveIntrinsics(declared.Properties ?? {}, where, scope) as JsonObject
  assertUnderstood(properties, type.properties, where)
  const instance = { name: physicalName(stack.name, logicalId, declared.Type), properties, addresses }
  return {
    stack: stack.name,
    logicalId,
    type: declared.Type,
    properties,
    ref: type.ref(instance),
    attributes: type.attributes(instance),
  }
}

function physicalName(stack: string, logicalId: string, type: string): string {
  const name = `${stack}-${logicalId}`
  return type === 'AWS::S3::Bucket' ? name.toLowerCase() : name
}

function pseudo(name: string, stack: Stack, where: string): string | undefined {
  switch (name) {
    case 'AWS::Region':
      return REGION
    case 'AWS::AccountId':
      return ACCOUNT
    case 'AWS::Partition':
      return 'aws'
    case 'AWS::URLSuffix':
      return 'amazonaws.com'
    case 'AWS::StackName':
      return stack.name
    case 'AWS::StackId':
      return stackId(stack.name)
    case 'AWS::NoValue':
      return undefined
    default:
      throw new StartFailure(`${where}: the laptop cloud does not understand ${name}`)
  }
}

export function stackId(stackName: string): string {
  const hash = createHash('sha256').update(stackName).digest('hex')
  const uuid = hash.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  return `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/${stackName}/${uuid}`
}
