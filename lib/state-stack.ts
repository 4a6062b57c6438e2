import { CfnOutput, CustomResource, Duration, RemovalPolicy, Stack, type StackProps, Validations } from 'aws-cdk-lib'
import { CfnDomainName } from 'aws-cdk-lib/aws-apigatewayv2'
import { AttributeType, StreamViewType, TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import { BlockPublicAccess, Bucket, type CfnBucket } from 'aws-cdk-lib/aws-s3'
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager'
import { Queue } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import { FileStore } from './file-store.ts'
import { Issuer } from './issuer.ts'
import { RouteFunction, type Surroundings } from './route-function.ts'
import type { Settings } from './settings.ts'
import { settingVariables, type Things } from './things.ts'
import { SEND_MAIL_TIMEOUT, triggers } from './triggers.ts'

export type StateStackProps = StackProps & { settings: Settings; code: Surroundings['code'] }

/** Everything that must survive. LetheApi can be destroyed and deployed again beside it at any time. */
export class StateStack extends Stack {
  readonly surroundings: Surroundings
  readonly sessions: TableV2
  readonly mailQueue: Queue
  readonly fileStore: FileStore
  readonly deadLetters: Queue
  readonly accessLogs: LogGroup
  readonly issuer: string
  readonly domainName: CfnDomainName | undefined

  constructor(scope: Construct, id: string, props: StateStackProps) {
    super(scope, id, { ...props, terminationProtection: props.settings.protect })
    const { settings } = props
    const kept = settings.protect ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY

    const users = this.table('Users', settings, { pointInTimeRecovery: true, stream: true })
    this.sessions = this.table('Sessions', settings, { timeToLive: true, stream: true })
    const codes = this.table('Codes', settings, { timeToLive: true })
    for (const table of [this.sessions, codes]) {
      Validations.of(table).acknowledge({
        id: 'AwsSolutions-DDB3',
        reason: 'Sessions and codes are never restored from a backup: restored rotation state reads as theft.',
      })
    }

    const keyRing = new CfnSecret(this, 'KeyRing', {
      description: 'Signing keys of the access tokens; the first one is put by the deployment itself.',
    })
    keyRing.applyRemovalPolicy(kept)
    Validations.of(keyRing).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'A signing key is rotated by publishing its successor first, which a rotation schedule cannot do.',
    })

    const documents = this.bucket('IssuerDocuments', kept)
    const issuer = new Issuer(this, 'Issuer', { documents, issuerUrl: settings.issuerUrl })
    this.issuer = issuer.url

    // What a consumer gave up: mails, and stream records of which nobody could be told.
    this.deadLetters = new Queue(this, 'DeadLetters', { retentionPeriod: Duration.days(14), enforceSSL: true })
    this.mailQueue = new Queue(this, 'Mail', {
      retentionPeriod: Duration.days(14),
      // As long as AWS asks for, and longer than the minute between two mails to one address.
      visibilityTimeout: Duration.seconds(6 * SEND_MAIL_TIMEOUT.toSeconds()),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: 5 },
      enforceSSL: true,
    })
    const fileRecords = this.table('FileRecords', settings, { pointInTimeRecovery: true, stream: true })
    const fileBucket = this.bucket('Files', kept)
    this.fileStore = new FileStore(this, 'FileStore', { bucket: fileBucket, deadLetters: this.deadLetters, settings })
    const logs = new LogGroup(this, 'FunctionLogs', { retention: RetentionDays.ONE_MONTH, removalPolicy: kept })
    this.accessLogs = new LogGroup(this, 'AccessLogs', { retention: RetentionDays.THREE_MONTHS, removalPolicy: kept })
    this.domainName = this.customDomain(settings, kept)

    const things: Things = {
      users: thing('dynamodb', users.tableArn, 'USERS_TABLE', users.tableName),
      sessions: thing('dynamodb', this.sessions.tableArn, 'SESSIONS_TABLE', this.sessions.tableName),
      codes: thing('dynamodb', codes.tableArn, 'CODES_TABLE', codes.tableName),
      mailQueue: thing('sqs', this.mailQueue.queueArn, 'MAIL_QUEUE_URL', this.mailQueue.queueUrl),
      keyRing: thing('secretsmanager', keyRing.attrId, 'KEY_RING_SECRET', keyRing.attrId),
      issuerDocuments: {
        ...thing('s3', documents.arnForObjects('.well-known/*'), 'ISSUER_BUCKET', documents.bucketName),
        prefix: {
          spelled: `<${this.getLogicalId(documents.node.defaultChild as CfnBucket)}.Arn>/.well-known/*`,
          reason: 'The two issuer documents live below this prefix and nothing else does.',
        },
      },
      ...this.fileThings(fileRecords, fileBucket),
      mail: thing('ses', this.mailIdentityArn(settings), 'MAIL_FROM', settings.mailFrom),
    }
    this.surroundings = {
      things,
      settings: settingVariables(settings, issuer.url),
      logs,
      architecture: settings.architecture,
      sourceMaps: settings.sourceMaps,
      code: props.code,
    }
    this.ensureKeyRing(issuer, documents)
    new CfnOutput(this, 'IssuerUrl', { value: issuer.url })
  }

  private fileThings(records: TableV2, bucket: Bucket) {
    const { work } = this.fileStore
    return {
      files: thing('dynamodb', records.tableArn, 'FILES_TABLE', records.tableName),
      fileObjects: {
        ...thing('s3', bucket.arnForObjects('o/*'), 'FILES_BUCKET', bucket.bucketName),
        prefix: {
          spelled: `${this.resolve(this.exportValue(bucket.bucketArn))['Fn::ImportValue']}/o/*`,
          reason: 'Each content is an object of its own below this prefix, and nothing else is.',
        },
      },
      fileBucket: thing('s3', bucket.bucketArn, 'FILES_BUCKET', bucket.bucketName),
      fileWork: thing('sqs', work.queueArn, 'FILE_WORK_URL', work.queueUrl),
    }
  }

  private table(id: string, settings: Settings, has: { pointInTimeRecovery?: true; timeToLive?: true; stream?: true }) {
    return new TableV2(this, id, {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      deletionProtection: settings.protect,
      removalPolicy: settings.protect ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      ...(has.pointInTimeRecovery ? { pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true } } : {}),
      ...(has.timeToLive ? { timeToLiveAttribute: 'ttl' } : {}),
      ...(has.stream ? { dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES } : {}),
    })
  }

  private bucket(id: string, removalPolicy: RemovalPolicy) {
    const bucket = new Bucket(this, id, {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      removalPolicy,
    })
    Validations.of(bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'Who asked for what is in the access log of the API; S3 server logs would only repeat it, hours later.',
    })
    return bucket
  }

  private customDomain({ domain }: Settings, removalPolicy: RemovalPolicy) {
    if (!domain) return undefined
    const domainName = new CfnDomainName(this, 'Domain', {
      domainName: domain.name,
      domainNameConfigurations: [
        { certificateArn: domain.certificateArn, endpointType: 'REGIONAL', securityPolicy: 'TLS_1_2' },
      ],
    })
    domainName.applyRemovalPolicy(removalPolicy)
    new CfnOutput(this, 'DomainTarget', { value: domainName.attrRegionalDomainName })
    return domainName
  }

  private mailIdentityArn({ mailFrom }: Settings) {
    const domain = /^[^\s<>@]+@([A-Za-z0-9.-]+)$/.exec(mailFrom)?.[1]
    if (!domain) throw new Error('mailFrom must be an e-mail address, without a name')
    return this.formatArn({ service: 'ses', resource: 'identity', resourceName: domain })
  }

  /** Before the authorizer of LetheApi is created its issuer must answer, and before that there must be a key. */
  private ensureKeyRing(issuer: Issuer, documents: Bucket) {
    const trigger = new RouteFunction(this, 'EnsureKeyRing', {
      ...this.surroundings,
      work: triggers.ensureKeyRing,
      timeout: Duration.minutes(5),
    })
    const ensured = new CustomResource(this, 'KeyRingEnsured', {
      resourceType: 'Custom::KeyRing',
      serviceToken: trigger.function.functionArn,
      serviceTimeout: Duration.minutes(5),
      properties: { Issuer: issuer.url },
    })
    ensured.node.addDependency(issuer, documents)
  }
}

function thing(service: string, arn: string, variable: string, value: string) {
  return { service, arn, variable, value }
}
