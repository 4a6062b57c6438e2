import { Match } from 'aws-cdk-lib/assertions'
import { describe, expect, it } from 'vitest'
import { ofType, type Resource, synthesize } from './stacks.ts'

const { state, api } = synthesize({ scanner: 'events', corsOrigins: 'https://app.example.com' })
const [bucketId, bucket] = ofType(state, 'AWS::S3::Bucket').find(([id]) => /^Files[0-9A-F]{8}$/.test(id))!
const rules = ofType(state, 'AWS::Events::Rule')
const queueNamed = (name: string) =>
  ofType(state, 'AWS::SQS::Queue').find(([id]) => id.startsWith(`FileStore${name}`))![0]

describe('the bucket of files', () => {
  it('keeps what is deleted for a week, and parts that nobody puts together', () => {
    expect(bucket.Properties.VersioningConfiguration).toEqual({ Status: 'Enabled' })
    expect(bucket.Properties.LifecycleConfiguration.Rules).toEqual([
      expect.objectContaining({
        Status: 'Enabled',
        NoncurrentVersionExpiration: { NoncurrentDays: 7 },
        ExpiredObjectDeleteMarker: true,
      }),
      expect.objectContaining({ Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } }),
    ])
  })

  it('tells of its objects without a function of the CDK', () => {
    const { NotificationConfiguration } = bucket.Properties
    expect(NotificationConfiguration).toEqual({ EventBridgeConfiguration: { EventBridgeEnabled: true } })
    expect(ofType(state, 'AWS::Lambda::Function')).toHaveLength(1)
  })

  it('lets the pages of the context send and read, and no others', () => {
    expect(bucket.Properties.CorsConfiguration.CorsRules).toEqual([
      {
        AllowedOrigins: ['https://app.example.com'],
        AllowedMethods: ['GET', 'PUT'],
        AllowedHeaders: ['content-type', 'if-none-match', 'range', 'x-amz-checksum-sha256'],
        ExposedHeaders: ['ETag', 'Content-Range', 'x-amz-checksum-sha256'],
        MaxAge: 3600,
      },
    ])
    const [, bare] = ofType(synthesize().state, 'AWS::S3::Bucket').find(([id]) => id === bucketId)!
    expect(bare.Properties.CorsConfiguration).toBeUndefined()
  })
})

describe('events of files', () => {
  it('are those of this bucket, and go to one queue', () => {
    const patterns = rules.map(([, { Properties }]) => Properties.EventPattern)
    expect(patterns).toEqual([
      { source: ['aws.s3'], 'detail-type': ['Object Created'], detail: { bucket: { name: [{ Ref: bucketId }] } } },
      {
        source: ['aws.guardduty'],
        'detail-type': ['GuardDuty Malware Protection Object Scan Result'],
        detail: { s3ObjectDetails: { bucketName: [{ Ref: bucketId }] } },
      },
    ])
    for (const [, { Properties }] of rules) {
      expect(Properties.Targets).toEqual([{ Id: 'events', Arn: { 'Fn::GetAtt': [queueNamed('Events'), 'Arn'] } }])
    }
  })

  it('come from these rules alone', () => {
    for (const [rule] of rules) {
      state.hasResourceProperties('AWS::SQS::QueuePolicy', {
        PolicyDocument: {
          Statement: Match.arrayWith([
            Match.objectLike({
              Action: 'sqs:SendMessage',
              Principal: { Service: 'events.amazonaws.com' },
              Condition: { ArnEquals: { 'aws:SourceArn': { 'Fn::GetAtt': [rule, 'Arn'] } } },
            }),
          ]),
        },
      })
    }
  })

  it('of a scanner are waited for only where there is one', () => {
    expect(ofType(synthesize().state, 'AWS::Events::Rule')).toHaveLength(1)
    const scanners = (template: typeof api) =>
      ofType(template, 'AWS::Lambda::Function').flatMap(
        ([, { Properties }]) => Properties.Environment.Variables.SCANNER ?? [],
      )
    expect(scanners(api)).toEqual(['events'])
    expect(scanners(synthesize().api)).toEqual(['none'])
  })
})

describe('what follows', () => {
  const functionOf = (entry: string): [string, Resource] =>
    ofType(api, 'AWS::Lambda::Function').find(([, { Properties }]) => Properties.Description === entry)!

  it('works on files one at a time, two at once, and may send itself the rest', () => {
    const [id, worker] = functionOf('trash/on-file-work')
    expect(worker.Properties.RecursiveLoop).toBe('Allow')
    const mapping = { FunctionName: { Ref: id }, BatchSize: 1, ScalingConfig: { MaximumConcurrency: 2 } }
    api.hasResourceProperties('AWS::Lambda::EventSourceMapping', mapping)
  })

  it('sweeps every hour, by the schedule alone, and tells when it must not', () => {
    const [id] = functionOf('system/on-hour')
    const [[schedule]] = ofType(api, 'AWS::Events::Rule') as [[string, Resource]]
    api.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(1 hour)',
      Targets: [{ Arn: { 'Fn::GetAtt': [id, 'Arn'] } }],
    })
    api.hasResourceProperties('AWS::Lambda::Permission', {
      Principal: 'events.amazonaws.com',
      FunctionName: { 'Fn::GetAtt': [id, 'Arn'] },
      SourceArn: { 'Fn::GetAtt': [schedule, 'Arn'] },
    })
    api.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'Errors',
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: id } }],
    })
  })

  it.each([
    [{ scanner: 'clamav' }, /scanner must be one of none, events/],
    [{ unscannable: 'maybe' }, /unscannable must be one of/],
    [{ quotaMib: '0' }, /quotaMib must be a whole number/],
  ])('refuses %j', (context, message) => {
    expect(() => synthesize(context)).toThrow(message)
  })
})
