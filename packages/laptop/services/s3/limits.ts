import { AwsError } from '../../door/aws-error.ts'

export function numberIn(query: Record<string, string>, name: string, byDefault: number): number {
  const text = query[name]
  if (text === undefined) return byDefault
  if (!/^\d{1,9}$/.test(text)) throw new AwsError('InvalidArgument', 400, `Argument ${name} must be an integer`)
  return Number(text)
}
