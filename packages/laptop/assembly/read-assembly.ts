import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Json, JsonObject } from '../model.ts'
import { StartFailure } from '../start-failure.ts'

export type TemplateResource = { Type: string; Properties?: JsonObject; DependsOn?: string | string[] }
type Template = {
  Resources: Record<string, TemplateResource>
  Outputs?: Record<string, { Value: Json; Export?: { Name: Json } }>
}
export type Stack = { name: string; templateFile: string; template: Template }
export type Assembly = {
  folder: string
  /** Sorted: each stack comes after those it depends on. */
  stacks: Stack[]
  /** The folder that the CDK would zip and upload under this key. */
  assetFolder(objectKey: string): string
}

type Artifact = { type: string; dependencies?: string[]; properties?: { file?: string; templateFile?: string } }
type AssetManifest = {
  files?: Record<
    string,
    { source: { path?: string; packaging?: string }; destinations: Record<string, { objectKey: string }> }
  >
  dockerImages?: Record<string, unknown>
}

const SAYS_NOTHING_TO_RUN = new Set(['cdk:tree', 'cdk:feature-flag-report'])

export function readAssembly(folder: string): Assembly {
  const manifest = readJson<{ artifacts?: Record<string, Artifact> }>(folder, 'manifest.json')
  const artifacts = manifest.artifacts ?? {}
  const assets = new Map<string, string>()
  for (const [id, { type, properties }] of Object.entries(artifacts)) {
    if (type === 'cdk:asset-manifest') collectAssets(folder, fileOf(id, properties?.file), assets)
    else if (type !== 'aws:cloudformation:stack' && !SAYS_NOTHING_TO_RUN.has(type)) {
      throw new StartFailure(`${folder}: the laptop cloud does not understand artifact ${id} of type ${type}`)
    }
  }
  const stacks = stacksInOrder(artifacts).map((name) => {
    const templateFile = fileOf(name, artifacts[name]?.properties?.templateFile)
    return { name, templateFile: join(folder, templateFile), template: readTemplate(folder, templateFile) }
  })
  return { folder, stacks, assetFolder: (objectKey) => namedAsset(folder, assets, objectKey) }
}

function stacksInOrder(artifacts: Record<string, Artifact>): string[] {
  const ordered = new Set<string>()
  const visit = (id: string) => {
    const artifact = artifacts[id]
    if (!artifact) throw new StartFailure(`manifest.json names an artifact ${id} that it does not hold`)
    if (artifact.type !== 'aws:cloudformation:stack' || ordered.has(id)) return
    // This ends, because the CDK refuses stacks that depend on each other.
    for (const dependency of artifact.dependencies ?? []) visit(dependency)
    ordered.add(id)
  }
  for (const id of Object.keys(artifacts)) visit(id)
  return [...ordered]
}

/** The check for a bootstrapped account is ignored. Everything else in a template must be understood. */
const PASSED_OVER: Record<string, string> = { Parameters: 'BootstrapVersion', Rules: 'CheckBootstrapVersion' }
const SECTIONS = new Set(['Resources', 'Outputs', 'Description', 'Metadata', ...Object.keys(PASSED_OVER)])

function readTemplate(folder: string, file: string): Template {
  const template = readJson<Template & JsonObject>(folder, file)
  const refuse = (what: string) => new StartFailure(`${file}: the laptop cloud does not understand ${what}`)
  for (const [section, content] of Object.entries(template)) {
    if (!SECTIONS.has(section)) throw refuse(`the section ${section}`)
    const passedOver = PASSED_OVER[section]
    const stranger = passedOver ? Object.keys(content ?? {}).find((name) => name !== passedOver) : undefined
    if (stranger) throw refuse(`${stranger} among its ${section}`)
  }
  return template
}

function collectAssets(folder: string, file: string, assets: Map<string, string>) {
  const { files = {}, dockerImages = {} } = readJson<AssetManifest>(folder, file)
  const image = Object.keys(dockerImages)[0]
  if (image) throw new StartFailure(`${file}: the laptop cloud does not run the container image ${image}`)
  for (const { source, destinations } of Object.values(files)) {
    if (source.packaging !== 'zip') continue
    const path = join(folder, fileOf(file, source.path))
    if (!existsSync(path)) throw new StartFailure(`${path} is missing: synthesize again`)
    for (const { objectKey } of Object.values(destinations)) assets.set(objectKey, path)
  }
}

function namedAsset(folder: string, assets: Map<string, string>, objectKey: string): string {
  const path = assets.get(objectKey)
  if (!path) throw new StartFailure(`${folder}: no asset manifest names ${objectKey}`)
  return path
}

function fileOf(owner: string, file: string | undefined): string {
  if (!file) throw new StartFailure(`${owner} names no file`)
  return file
}

function readJson<T>(folder: string, file: string): T {
  const path = join(folder, file)
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw new StartFailure(`${path} cannot be read: synthesize again`, { cause })
  }
}
