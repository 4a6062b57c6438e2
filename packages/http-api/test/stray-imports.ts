import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

const IMPORTED = /^(?:import|export|\}) [^'\n]*?from '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm

/**
 * The imports that a package must not have. It may import its own files, Node's modules and what its package.json
 * declares: its dependencies, and in tests its devDependencies too.
 */
export function strayImports(folder: string): string[] {
  const { dependencies = {}, devDependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const declared = Object.keys(dependencies)
  const declaredForTests = [...declared, ...Object.keys(devDependencies)]
  return sourceFiles(folder).flatMap((file) => {
    const packages = file.startsWith('test/') ? declaredForTests : declared
    return importsOf(join(folder, file))
      .filter((name) => !(isNode(name) || isOwnFile(folder, file, name) || packages.includes(packageOf(name))))
      .map((name) => `${file} imports ${name}`)
  })
}

export function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(ts|mjs)$/.test(file) && !file.includes('node_modules'))
    .map((file) => file.replaceAll('\\', '/'))
}

function importsOf(path: string): string[] {
  return [...readFileSync(path, 'utf8').matchAll(IMPORTED)].map((match) => match.slice(1).find(Boolean) ?? '')
}

const isNode = (name: string) => name.startsWith('node:')

function isOwnFile(folder: string, file: string, name: string): boolean {
  return name.startsWith('.') && !relative(folder, resolve(folder, dirname(file), name)).startsWith('..')
}

function packageOf(name: string): string {
  return name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/')
}
