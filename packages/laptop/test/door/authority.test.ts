import { describe, expect, it } from 'vitest'
import { type Authority, readAuthority } from '../../door/authority.ts'
import { DEV } from '../../door/credentials.ts'
import { openObserved } from '../../door/observed.ts'
import type { JsonObject, Resource } from '../../model.ts'
import { allow, deny, functionWith, policy, resource, TABLE_ARN } from './test-door.ts'

const USERS = `${TABLE_ARN}/Users`

function authorityOf(resources: Resource[]): { authority: Authority; observed: ReturnType<typeof openObserved> } {
  const observed = openObserved('/nowhere')
  return { authority: readAuthority(resources, observed), observed }
}

function verdict(
  statements: JsonObject[],
  action: string,
  on: string,
  others: Resource[] = [],
  leadingKeys?: string[],
) {
  const { authority } = authorityOf([...functionWith('f', ...statements), ...others])
  const context = leadingKeys === undefined ? {} : { context: { 'dynamodb:LeadingKeys': () => leadingKeys } }
  return authority.judge('f', [{ action, resources: [on], ...context }])?.verdict ?? 'allowed'
}

describe('an identity policy', () => {
  it('allows what it names and nothing else', () => {
    const grants = [allow(['dynamodb:GetItem', 'dynamodb:Query'], USERS)]
    expect(verdict(grants, 'dynamodb:Query', USERS)).toBe('allowed')
    expect(verdict(grants, 'dynamodb:PutItem', USERS)).toBe('not allowed')
    expect(verdict(grants, 'dynamodb:Query', `${TABLE_ARN}/Sessions`)).toBe('not allowed')
    expect(verdict(grants, 'dynamodb:Query', `${USERS}/index/by-mail`)).toBe('not allowed')
  })

  it('takes * and ? in actions and resources, and actions in any case', () => {
    expect(verdict([allow('dynamodb:Get*', `${TABLE_ARN}/*`)], 'dynamodb:GetItem', USERS)).toBe('allowed')
    expect(verdict([allow('DynamoDB:getitem', `${TABLE_ARN}/User?`)], 'dynamodb:GetItem', USERS)).toBe('allowed')
    expect(verdict([allow('dynamodb:GetItem', `${TABLE_ARN}/user?`)], 'dynamodb:GetItem', USERS)).toBe('not allowed')
    expect(verdict([allow('dynamodb:GetItem', `${TABLE_ARN}/User.`)], 'dynamodb:GetItem', USERS)).toBe('not allowed')
    expect(verdict([allow('*', '*')], 'dynamodb:GetItem', USERS)).toBe('allowed')
  })

  it('denies explicitly whatever else allows it', () => {
    const grants = [allow('dynamodb:*', '*'), deny('dynamodb:DeleteItem', USERS)]
    expect(verdict(grants, 'dynamodb:DeleteItem', USERS)).toBe('denied by identity policy')
    expect(verdict(grants, 'dynamodb:PutItem', USERS)).toBe('allowed')
  })

  it.each<[operator: string, pattern: string, keys: string[], expected: string]>([
    ['ForAllValues:StringEquals', 'u1', ['u1', 'u1'], 'allowed'],
    ['ForAllValues:StringEquals', 'u1', ['u1', 'u2'], 'not allowed'],
    ['ForAllValues:StringEquals', 'u*', ['u1'], 'not allowed'],
    ['ForAllValues:StringLike', 'u*', ['u1', 'u2'], 'allowed'],
    ['ForAllValues:StringLike', 'u*', ['u1', 'keys'], 'not allowed'],
  ])('binds partition keys with %s %s to %j: %s', (operator, pattern, keys, expected) => {
    const grants = [allow('dynamodb:*', USERS, { Condition: { [operator]: { 'dynamodb:LeadingKeys': [pattern] } } })]
    expect(verdict(grants, 'dynamodb:GetItem', USERS, [], keys)).toBe(expected)
  })

  it('whose condition asks for the source of a call does not apply to a function’s own', () => {
    const byAccount = { Condition: { StringEquals: { 'aws:SourceAccount': '000000000000' } } }
    expect(verdict([allow('sqs:SendMessage', '*', byAccount)], 'sqs:SendMessage', 'arn:q')).toBe('not allowed')
  })
})

describe('a bucket policy', () => {
  const object = 'arn:aws:s3:::docs/a'
  const bucketPolicy = (...statements: JsonObject[]) =>
    resource('AWS::S3::BucketPolicy', 'docs-policy', { Bucket: 'docs', PolicyDocument: policy(...statements) })
  const tlsOnly = deny('s3:*', ['arn:aws:s3:::docs', 'arn:aws:s3:::docs/*'], {
    Principal: { AWS: '*' },
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  })

  it('that wants TLS lets the door through', () => {
    expect(verdict([allow('s3:GetObject', object)], 's3:GetObject', object, [bucketPolicy(tlsOnly)])).toBe('allowed')
    const overTls = allow('s3:GetObject', object, { Condition: { Bool: { 'aws:SecureTransport': true } } })
    expect(verdict([overTls], 's3:GetObject', object)).toBe('allowed')
  })

  it('denies explicitly whatever the role allows', () => {
    const denying = bucketPolicy(deny('s3:GetObject', 'arn:aws:s3:::docs/*', { Principal: '*' }))
    const verdictOn = (on: string) => verdict([allow('s3:*', '*')], 's3:GetObject', on, [denying])
    expect(verdictOn(object)).toBe('denied by resource policy')
    expect(verdictOn('arn:aws:s3:::docs-2/a')).toBe('allowed')
  })

  it('allows a role it names, and no other', () => {
    const granted = (role: string) =>
      bucketPolicy(allow('s3:GetObject', object, { Principal: { AWS: `arn:aws:iam::000000000000:role/${role}` } }))
    expect(verdict([], 's3:GetObject', object, [granted('f-role')])).toBe('allowed')
    expect(verdict([], 's3:GetObject', object, [granted('g-role')])).toBe('not allowed')
  })

  it('for a service is not for functions', () => {
    const forCdn = bucketPolicy(allow('s3:GetObject', object, { Principal: { Service: 'cloudfront.amazonaws.com' } }))
    expect(verdict([], 's3:GetObject', object, [forCdn])).toBe('not allowed')
  })
})

describe('a verdict that is kept', () => {
  const need = (leadingKey?: string) => [
    {
      action: 'dynamodb:GetItem',
      resources: [USERS] as [string],
      ...(leadingKey ? { context: { 'dynamodb:LeadingKeys': () => [leadingKey] } } : {}),
    },
  ]

  it('is not one that depends on the keys of the request', () => {
    const own = allow('dynamodb:*', USERS, {
      Condition: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['u1'] } },
    })
    const { authority } = authorityOf(functionWith('f', own))
    const verdicts = ['u1', 'u2', 'u1', 'u2'].map((key) => authority.judge('f', need(key))?.verdict ?? 'allowed')
    expect(verdicts).toEqual(['allowed', 'not allowed', 'allowed', 'not allowed'])
  })

  it('is that of one function, one action and one resource', () => {
    const { authority } = authorityOf([
      ...functionWith('f', allow('dynamodb:GetItem', USERS)),
      ...functionWith('g', allow('dynamodb:PutItem', USERS)),
    ])
    for (let time = 0; time < 2; time++) {
      expect(authority.judge('f', need())).toBeUndefined()
      expect(authority.judge('g', need())?.verdict).toBe('not allowed')
      expect(authority.holds('f', 'dynamodb:PutItem', USERS)).toBe(false)
      expect(authority.holds('f', 'dynamodb:GetItem', `${TABLE_ARN}/Sessions`)).toBe(false)
    }
  })

  it('is noted as seen each time', () => {
    const { authority, observed } = authorityOf(functionWith('f', allow('dynamodb:GetItem', USERS)))
    expect(authority.holds('f', 'dynamodb:GetItem', USERS)).toBe(true)
    expect(observed.actions().allowed).toEqual({ f: ['dynamodb:GetItem'] })
  })

  it('is gone with the assembly from which it was read', () => {
    const before = authorityOf(functionWith('f', allow('dynamodb:GetItem', USERS))).authority
    expect(before.judge('f', need())).toBeUndefined()
    const after = authorityOf(functionWith('f', deny('dynamodb:GetItem', USERS))).authority
    expect(after.judge('f', need())?.verdict).toBe('denied by identity policy')
  })
})

describe('a queue policy', () => {
  it('belongs to the queues of its URLs', () => {
    const queuePolicy = resource('AWS::SQS::QueuePolicy', 'mail-policy', {
      Queues: ['http://127.0.0.1:3002/000000000000/Mail'],
      PolicyDocument: policy(deny('sqs:*', '*', { Principal: '*' })),
    })
    const verdictOn = (name: string) =>
      verdict([allow('sqs:*', '*')], 'sqs:SendMessage', `arn:aws:sqs:us-east-1:000000000000:${name}`, [queuePolicy])
    expect(verdictOn('Mail')).toBe('denied by resource policy')
    expect(verdictOn('Other')).toBe('allowed')
  })
})

describe('the authority', () => {
  const resources = [
    ...functionWith('reader', allow('dynamodb:GetItem', USERS)),
    ...functionWith('writer', allow('dynamodb:PutItem', USERS)),
  ]

  it('lets dev do what any function may, and no more', () => {
    const { authority } = authorityOf(resources)
    expect(authority.principalNames).toEqual(['reader', 'writer', DEV])
    expect(authority.may(DEV, 'dynamodb:GetItem', USERS)).toBe(true)
    expect(authority.may(DEV, 'dynamodb:PutItem', USERS)).toBe(true)
    expect(authority.may(DEV, 'dynamodb:Scan', USERS)).toBe(false)
  })

  it('lets dev run any function by hand, and a function only those it is granted', () => {
    const { authority } = authorityOf(resources)
    const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:writer'
    expect(authority.may(DEV, 'lambda:InvokeFunction', functionArn)).toBe(true)
    expect(authority.may('reader', 'lambda:InvokeFunction', functionArn)).toBe(false)
    const granted = authorityOf(functionWith('caller', allow('lambda:InvokeFunction', functionArn))).authority
    expect(granted.may('caller', 'lambda:InvokeFunction', functionArn)).toBe(true)
    expect(granted.may('caller', 'lambda:InvokeFunction', `${functionArn}-2`)).toBe(false)
  })

  it('records what was allowed and what was denied, up to the first denial', () => {
    const { authority, observed } = authorityOf(resources)
    const need = (action: string) => ({ action, resources: [USERS] as [string] })
    authority.judge('reader', [need('dynamodb:GetItem'), need('dynamodb:PutItem'), need('dynamodb:Scan')])
    expect(observed.actions()).toEqual({
      allowed: { reader: ['dynamodb:GetItem'] },
      denied: { reader: ['dynamodb:PutItem'] },
    })
  })

  it('records an incidental question only if the answer is yes', () => {
    const { authority, observed } = authorityOf(resources)
    expect(authority.holds('reader', 'dynamodb:Scan', USERS)).toBe(false)
    expect(authority.holds('reader', 'dynamodb:GetItem', USERS)).toBe(true)
    expect(observed.actions()).toEqual({ allowed: { reader: ['dynamodb:GetItem'] }, denied: {} })
  })

  it('takes either of two resources, but no explicit deny of one', () => {
    const judged = (...statements: JsonObject[]) =>
      authorityOf(functionWith('f', ...statements)).authority.judge('f', [
        { action: 'ses:SendEmail', resources: ['arn:address', 'arn:domain'] },
      ])?.verdict
    expect(judged(allow('ses:SendEmail', 'arn:domain'))).toBeUndefined()
    expect(judged(allow('ses:SendEmail', '*'), deny('*', 'arn:address'))).toBe('denied by identity policy')
    expect(judged(allow('ses:SendEmail', 'arn:other'))).toBe('not allowed')
  })

  it('knows what a role may and who can assume it', () => {
    const { authority } = authorityOf(resources)
    const role = 'arn:aws:iam::000000000000:role/reader-role'
    expect(authority.roleMay(role, 'dynamodb:GetItem', USERS)).toBe(true)
    expect(authority.roleMay(role, 'dynamodb:PutItem', USERS)).toBe(false)
    expect(authority.roleMay('arn:aws:iam::000000000000:role/unknown', 'dynamodb:GetItem', USERS)).toBe(false)
    expect(authority.canAssume('lambda.amazonaws.com', role)).toBe(true)
    expect(authority.canAssume('apigateway.amazonaws.com', role)).toBe(false)
  })

  it('lets a service do for a resource what the other resource’s policy says', () => {
    const queue = 'arn:aws:sqs:us-east-1:000000000000:Mail'
    const rule = 'arn:aws:events:us-east-1:000000000000:rule/R'
    const may = (Condition: JsonObject, service = 'events.amazonaws.com', sourceArn = rule) => {
      const statement = allow('sqs:SendMessage', queue, { Principal: { Service: 'events.amazonaws.com' }, Condition })
      const properties = { Queues: ['http://127.0.0.1:3002/000000000000/Mail'], PolicyDocument: policy(statement) }
      const { authority } = authorityOf([resource('AWS::SQS::QueuePolicy', 'mail-policy', properties)])
      return authority.serviceMay({ service, sourceArn }, 'sqs:SendMessage', queue)
    }
    const ofRule = { ArnEquals: { 'aws:SourceArn': rule } }
    expect(may(ofRule)).toBe(true)
    expect(may({ ArnLike: { 'aws:SourceArn': 'arn:aws:events:*:rule/*' } })).toBe(true)
    expect(may(ofRule, 'events.amazonaws.com', `${rule}-2`)).toBe(false)
    expect(may(ofRule, 's3.amazonaws.com')).toBe(false)
    expect(
      may({ StringEquals: { 'aws:SourceAccount': '000000000000' }, Bool: { 'aws:SecureTransport': 'true' } }),
    ).toBe(true)
    expect(may({ StringEquals: { 'aws:SourceAccount': '111111111111' } })).toBe(false)
  })

  it('assumes roles from this account', () => {
    const trusting = (account: string) => {
      const [role, lambda] = functionWith('f')
      const trust = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }
      const Condition = { StringEquals: { 'aws:SourceAccount': account } }
      role!.properties.AssumeRolePolicyDocument = policy({ ...trust, Condition })
      return [role!, lambda!]
    }
    expect(authorityOf(trusting('000000000000')).authority.principalNames).toContain('f')
    expect(() => authorityOf(trusting('111111111111'))).toThrow('cannot be assumed by Lambda')
  })
})
