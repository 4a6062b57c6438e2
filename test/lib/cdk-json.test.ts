import { expect, it } from 'vitest'
import cdkJson from '../../cdk.json' with { type: 'json' }
import { synthesize } from './stacks.ts'

const FLAG = '@aws-cdk/aws-iam:minimizePolicies'

it('cdk.json has the one flag that changes a template, and no other', () => {
  expect(cdkJson.context).toEqual({ [FLAG]: true })
  expect(synthesize().api.toJSON()).not.toEqual(synthesize({ [FLAG]: false }).api.toJSON())
})
