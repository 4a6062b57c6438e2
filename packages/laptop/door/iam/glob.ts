/** IAM's wildcards: `*` stands for any characters, `?` for one. */
export function globMatcher(pattern: string, flags = ''): (text: string) => boolean {
  if (pattern === '*') return () => true
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  const expression = new RegExp(`^${source}$`, `s${flags}`)
  return (text) => expression.test(text)
}
