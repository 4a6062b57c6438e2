import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Entry, functions } from './entry.ts'

/** Whether any file behind these handlers is loaded by `import()` when it is needed, not when the function starts. */
export function loadsLater({ handlers }: Pick<Entry, 'handlers'>): boolean {
  const files = new Set(handlers.map((handler) => join(functions, handler)))
  for (const file of files) {
    const text = readFileSync(file, 'utf8')
    if (/\bimport\(\s*['"]\./.test(text)) return true
    for (const [, from = ''] of text.matchAll(
      /^(?:(?:import|export|\}) (?!type )[^'"]*?from |import )['"](\.[^'"]+)['"]/gm,
    )) {
      files.add(join(dirname(file), from))
    }
  }
  return false
}
