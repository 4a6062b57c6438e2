/** What a file imports, however it is written: for a list, a type, an effect, a re-export, or later. */
export function importsIn(text: string): string[] {
  const found = text.matchAll(
    /^(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|^import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm,
  )
  return [...found].map(([, from, effect, later]) => from ?? effect ?? later ?? '')
}
