import { CfnResource, Stack, Validations } from 'aws-cdk-lib'
import { Queue } from 'aws-cdk-lib/aws-sqs'
import { AwsSolutionsChecks } from 'cdk-nag'
import { expect, it } from 'vitest'
import { strictApp } from '../../lib/strict-app.ts'
import { synthesize } from './stacks.ts'

it.each([{}, { issuerUrl: 'https://login.example.com' }, { corsOrigins: 'https://a.example' }])(
  'passes cdk-nag (AwsSolutions) with %j',
  (context) => {
    const { app } = synthesize(context)
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
    expect(() => app.synth({ force: true })).not.toThrow()
  },
)

it('cdk-nag is really asked: a queue that takes plain HTTP is refused', () => {
  const { app, stateStack } = synthesize()
  new Queue(stateStack, 'Careless')
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
  expect(() => app.synth({ force: true })).toThrow()
})

it('stops at a property that CloudFormation does not know', () => {
  const app = strictApp()
  new CfnResource(new Stack(app, 'Wrong'), 'Queue', { type: 'AWS::SQS::Queue', properties: { NoSuchProperty: 1 } })
  expect(() => app.synth()).toThrow('NoSuchProperty: Additional properties are not allowed')
})
