import { Validations } from 'aws-cdk-lib'
import { Code } from 'aws-cdk-lib/aws-lambda'
import { AwsSolutionsChecks } from 'cdk-nag'
import { ApiStack } from '../lib/api-stack.ts'
import { bundleFunctions } from '../lib/bundle/bundle.ts'
import { readSettings } from '../lib/settings.ts'
import { StateStack } from '../lib/state-stack.ts'
import { strictApp } from '../lib/strict-app.ts'

const app = strictApp()
const settings = readSettings(app)
const bundles = await bundleFunctions(settings.functionPer)
try {
  const code = (name: string) => Code.fromAsset(bundles.folder(name))
  const state = new StateStack(app, 'LetheState', { settings, code })
  new ApiStack(app, 'LetheApi', { settings, state })
  // By the same variable the CDK leaves out its own rules.
  if (process.env.CDK_VALIDATION !== 'false') Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
  app.synth()
} finally {
  await bundles.remove()
}
