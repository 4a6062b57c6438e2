import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../temporary-folder.ts'

export type HandMadeStack = {
  template: object
  dependsOn?: string[]
  /** Asset key (without `.zip`) to the text of its index.mjs. */
  code?: Record<string, string>
}

/** Writes a cloud assembly like the CDK, with the parts that are read here. */
export function writeAssembly(stacks: Record<string, HandMadeStack>, folder = temporaryFolder()): string {
  const artifacts: Record<string, object> = { Tree: { type: 'cdk:tree', properties: { file: 'tree.json' } } }
  for (const [name, { template, dependsOn = [], code = {} }] of Object.entries(stacks)) {
    const files: Record<string, object> = {}
    for (const [key, text] of Object.entries(code)) {
      mkdirSync(join(folder, `asset.${key}`), { recursive: true })
      writeFileSync(join(folder, `asset.${key}`, 'index.mjs'), text)
      files[key] = {
        source: { path: `asset.${key}`, packaging: 'zip' },
        destinations: { here: { bucketName: 'assets', objectKey: `${key}.zip` } },
      }
    }
    artifacts[`${name}.assets`] = { type: 'cdk:asset-manifest', properties: { file: `${name}.assets.json` } }
    artifacts[name] = {
      type: 'aws:cloudformation:stack',
      properties: { templateFile: `${name}.template.json` },
      dependencies: [...dependsOn, `${name}.assets`],
    }
    writeFileSync(join(folder, `${name}.assets.json`), JSON.stringify({ files, dockerImages: {} }))
    writeFileSync(join(folder, `${name}.template.json`), JSON.stringify(template))
  }
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ version: '55.0.0', artifacts }))
  return folder
}
