import { describe, expect, it } from 'vitest'
import { readAuthority } from '../../../door/authority.ts'
import { openObserved } from '../../../door/observed.ts'
import type { Json, JsonObject } from '../../../model.ts'
import { allow, functionWith, policy, resource, TABLE_ARN } from '../test-door.ts'

const read = (...statements: JsonObject[]) => readAuthority(functionWith('f', ...statements), openObserved('/nowhere'))
const grant = (more: JsonObject) => allow('dynamodb:GetItem', `${TABLE_ARN}/Users`, more)

describe('a policy element that is not understood stops the start and is named:', () => {
  it.each<[element: string, statement: JsonObject]>([
    ['NotAction', { Effect: 'Allow', NotAction: 'a:b', Resource: '*' }],
    ['NotResource', { Effect: 'Allow', Action: 'a:b', NotResource: '*' }],
    ['Principal', grant({ Principal: '*' })],
    ['Effect', { ...grant({}), Effect: 'Maybe' }],
    ['Action', { Effect: 'Allow', Resource: '*' }],
    ['Resource', { Effect: 'Allow', Action: 'a:b' }],
    ['Resource', { Effect: 'Allow', Action: 'a:b', Resource: { Ref: 'Table' } }],
    ['policy variable in arn:aws:s3:::home/', allow('a:b', `arn:aws:s3:::home/\${aws:username}`)],
    ['StringNotEquals', grant({ Condition: { StringNotEquals: { 'aws:SourceAccount': 'x' } } })],
    ['StringEqualsIfExists', grant({ Condition: { StringEqualsIfExists: { 'aws:SourceAccount': 'x' } } })],
    ['constructor', grant({ Condition: { constructor: {} } })],
    ['aws:SourceIp', grant({ Condition: { StringEquals: { 'aws:SourceIp': 'x' } } })],
    ['aws:SecureTransport', grant({ Condition: { StringEquals: { 'aws:SecureTransport': 'true' } } })],
    ['policy variable', grant({ Condition: { StringEquals: { 'aws:SourceAccount': `\${aws:userid}` } } })],
  ])('%s', (element, statement) => {
    expect(() => read(statement)).toThrow(new RegExp(`^role frole, policy grants, statement 0.*${element}`))
  })

  it('a managed policy of a role', () => {
    const [role, lambda] = functionWith('f')
    role!.properties.ManagedPolicyArns = ['arn:aws:iam::aws:policy/AdministratorAccess']
    expect(() => readAuthority([role!, lambda!], openObserved('/nowhere'))).toThrow('ManagedPolicyArns')
  })

  it('another version of the policy language', () => {
    const [role, lambda] = functionWith('f')
    role!.properties.Policies = [{ PolicyName: 'old', PolicyDocument: { Version: '2008-10-17', Statement: [] } }]
    expect(() => readAuthority([role!, lambda!], openObserved('/nowhere'))).toThrow('Version 2008-10-17')
  })

  it('an element of a policy document', () => {
    const [role, lambda] = functionWith('f')
    role!.properties.Policies = [{ PolicyName: 'odd', PolicyDocument: { ...policy(), Comment: 'x' } }]
    expect(() => readAuthority([role!, lambda!], openObserved('/nowhere'))).toThrow('policy odd: Comment')
  })

  it.each<[what: string, principal: Json]>([
    ['Federated', { Federated: 'accounts.google.com' }],
    ['root', { AWS: 'arn:aws:iam::000000000000:root' }],
    ['111111111111', { AWS: '111111111111' }],
    ['must be an object', 'somebody'],
  ])('a principal of a bucket policy (%s)', (what, Principal) => {
    const bucketPolicy = resource('AWS::S3::BucketPolicy', 'policy', {
      Bucket: 'docs',
      PolicyDocument: policy(allow('s3:GetObject', '*', { Principal })),
    })
    expect(() => readAuthority([bucketPolicy], openObserved('/nowhere'))).toThrow(what)
  })
})

describe('a permission of a function', () => {
  const readPermission = (change: JsonObject) => {
    const properties = {
      Action: 'lambda:InvokeFunction',
      FunctionName: 'arn:aws:lambda:us-east-1:000000000000:function:f',
      Principal: 'events.amazonaws.com',
      ...change,
    }
    return () => readAuthority([resource('AWS::Lambda::Permission', 'run', properties)], openObserved('/nowhere'))
  }

  it.each<[element: string, change: JsonObject]>([
    ['FunctionName f', { FunctionName: 'f' }],
    ['FunctionName', { FunctionName: 'arn:aws:lambda:us-east-1:000000000000:function:f:live' }],
    ['Principal 000000000000', { Principal: '000000000000' }],
    ['Principal *', { Principal: '*' }],
    ['PrincipalOrgID', { PrincipalOrgID: 'o-1' }],
    ['FunctionUrlAuthType', { FunctionUrlAuthType: 'NONE' }],
    ['policy variable', { SourceArn: `\${aws:userid}` }],
  ])('that is not understood stops the start and is named: %s', (element, change) => {
    expect(readPermission({})).not.toThrow()
    expect(readPermission(change)).toThrow(element)
    expect(readPermission(change)).toThrow(/^permission run/)
  })
})

describe('a function', () => {
  it('needs a role of the template', () => {
    const [, lambda] = functionWith('f')
    expect(() => readAuthority([lambda!], openObserved('/nowhere'))).toThrow('role/f-role is not in the template')
  })

  it('needs a role that Lambda can assume', () => {
    const [role, lambda] = functionWith('f')
    role!.properties.AssumeRolePolicyDocument = policy({
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Principal: { Service: 'apigateway.amazonaws.com' },
    })
    expect(() => readAuthority([role!, lambda!], openObserved('/nowhere'))).toThrow('cannot be assumed by Lambda')
  })
})
