import { Template } from 'aws-cdk-lib/assertions'
import { Code } from 'aws-cdk-lib/aws-lambda'
import cdkJson from '../../cdk.json' with { type: 'json' }
import { ApiStack, type ApiStackProps } from '../../lib/api-stack.ts'
import { readSettings } from '../../lib/settings.ts'
import { StateStack } from '../../lib/state-stack.ts'
import { strictApp } from '../../lib/strict-app.ts'

/** As CDK's assertions give it: untyped CloudFormation. */
export type Resource = ReturnType<Template['findResources']>[string]

/** Both stacks without bundling: what the functions hold is another test's matter. */
export function synthesize(context: Record<string, unknown> = {}, rows?: ApiStackProps['rows']) {
  const app = strictApp({ context: { ...cdkJson.context, ...context } })
  const settings = readSettings(app)
  const code = () => Code.fromInline('export const handler = async () => ({})')
  const state = new StateStack(app, 'LetheState', { settings, code })
  const api = new ApiStack(app, 'LetheApi', { settings, state, ...(rows ? { rows } : {}) })
  return { app, state: Template.fromStack(state), api: Template.fromStack(api), stateStack: state, apiStack: api }
}

export function ofType(template: Template, type: string): [string, Resource][] {
  return Object.entries(template.findResources(type))
}

export function only(template: Template, type: string): Resource {
  const [found, ...more] = ofType(template, type)
  if (!found || more.length > 0) throw new Error(`expected one ${type}`)
  return found[1]
}
