import { Duration } from 'aws-cdk-lib'
import { CfnRule } from 'aws-cdk-lib/aws-events'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { Bucket, CfnBucket } from 'aws-cdk-lib/aws-s3'
import { Queue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { visibilityOf } from './queue-visibility.ts'
import type { Settings } from './settings.ts'

export type FileStoreProps = { bucket: Bucket; deadLetters: Queue; settings: Settings }

/** What belongs to files outside their table: the objects, and the messages about them. */
export class FileStore extends Construct {
  readonly events: Queue
  readonly work: Queue

  constructor(scope: Construct, id: string, { bucket, deadLetters, settings }: FileStoreProps) {
    super(scope, id)
    keepObjects(bucket.node.defaultChild as CfnBucket, settings)
    const queue = (name: string, visibilityTimeout: Duration) =>
      new Queue(this, name, {
        retentionPeriod: Duration.days(14),
        visibilityTimeout,
        deadLetterQueue: { queue: deadLetters, maxReceiveCount: 5 },
        enforceSSL: true,
      })
    this.events = queue('Events', visibilityOf('fileEvents'))
    this.work = queue('Work', visibilityOf('fileWork'))
    this.ruleToEvents('ObjectCreated', {
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
      detail: { bucket: { name: [bucket.bucketName] } },
    })
    if (settings.scanner === 'none') return
    this.ruleToEvents('ObjectScanned', {
      source: ['aws.guardduty'],
      'detail-type': ['GuardDuty Malware Protection Object Scan Result'],
      detail: { s3ObjectDetails: { bucketName: [bucket.bucketName] } },
    })
  }

  private ruleToEvents(name: string, eventPattern: object) {
    const rule = new CfnRule(this, name, {
      eventPattern,
      targets: [{ id: 'events', arn: this.events.queueArn }],
    })
    this.events.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [this.events.queueArn],
        conditions: { ArnEquals: { 'aws:SourceArn': rule.attrArn } },
      }),
    )
  }
}

/** Sets the properties directly, because the event options of `Bucket` would add a Lambda function. */
function keepObjects(bucket: CfnBucket, { corsOrigins }: Settings) {
  bucket.versioningConfiguration = { status: 'Enabled' }
  bucket.lifecycleConfiguration = {
    rules: [
      // For a week, an operator can bring back what was deleted.
      {
        id: 'gone',
        status: 'Enabled',
        noncurrentVersionExpiration: { noncurrentDays: 7 },
        expiredObjectDeleteMarker: true,
      },
      { id: 'given-up', status: 'Enabled', abortIncompleteMultipartUpload: { daysAfterInitiation: 7 } },
    ],
  }
  bucket.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } }
  if (corsOrigins.length === 0) return
  bucket.corsConfiguration = {
    corsRules: [
      {
        allowedOrigins: corsOrigins,
        allowedMethods: ['GET', 'PUT'],
        allowedHeaders: ['content-type', 'if-none-match', 'range', 'x-amz-checksum-sha256'],
        exposedHeaders: ['ETag', 'Content-Range', 'x-amz-checksum-sha256'],
        maxAge: Duration.hours(1).toSeconds(),
      },
    ],
  }
}
