import type { Resource } from './model.ts'

/** What the log calls a function: its description, else its name. */
export function titles(resources: Resource[]) {
  const lambdas = resources.filter(({ type }) => type === 'AWS::Lambda::Function')
  const titleByName = new Map(lambdas.map(({ ref, properties }) => [ref, String(properties.Description ?? ref)]))
  return (functionName: string | undefined) => (functionName ? (titleByName.get(functionName) ?? functionName) : '')
}
