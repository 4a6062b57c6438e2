import { CfnOutput, CustomResource, Duration, RemovalPolicy, Stack, type StackProps, Validations } from 'aws-cdk-lib'
import { CfnDomainName } from 'aws-cdk-lib/aws-apigatewayv2'
import { AttributeType, StreamViewType, TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import { BlockPublicAccess, Bucket, type CfnBucket } from 'aws-cdk-lib/aws-s3'
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager'
import { Queue } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import { triggers, workOf } from '../functions/rows.ts'
import { USUAL } from '../functions/zones.ts'
import { FileStore } from './file-store.ts'
import { Issuer } from './issuer.ts'
import { visibilityOf } from './queue-visibility.ts'
import type { Settings } from './settings.ts'
import { type Sources, settingVariables, type Things } from './things.ts'
import { type Deployment, ZoneFunction } from './zone-function.ts'

export type StateStackProps = StackProps & { settings: Settings; code: Deployment['code'] }

/** Everything that must survive. LetheApi can be destroyed and deployed again beside it at any time. */
export class StateStack extends Stack {
  readonly deployment: Deployment
  readonly sources: Sources
  readonly accessLogs: LogGroup
  readonly issuer: string
  readonly domainName: CfnDomainName | undefined

  constructor(scope: Construct, id: string, props: StateStackProps) {
    super(scope, id, { ...props, terminationProtection: props.settings.protect })
    const { settings } = props
    const kept = settings.protect ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY

    const users = this.table('Users', settings, { pointInTimeRecovery: true, stream: true })
    const sessions = this.table('Sessions', settings, { timeToLive: true, stream: true })
    const codes = this.table('Codes', settings, { timeToLive: true })
    for (const table of [sessions, codes]) {
      Validations.of(table).acknowledge({
        id: 'AwsSolutions-DDB3',
        reason: 'Sessions and codes are never restored from a backup: restored rotation state reads as theft.',
      })
    }

    const keyRing = this.keyRing(kept)
    const documents = this.bucket('IssuerDocuments', kept)
    const issuer = new Issuer(this, 'Issuer', { documents, issuerUrl: settings.issuerUrl })
    this.issuer = issuer.url

    // Messages that a consumer gave up, and stream records whose mail could not be queued.
    const deadLetters = new Queue(this, 'DeadLetters', { retentionPeriod: Duration.days(14), enforceSSL: true })
    const mailQueue = new Queue(this, 'Mail', {
      retentionPeriod: Duration.days(14),
      // Also longer than the minute between two mails to one address.
      visibilityTimeout: visibilityOf('mailQueue'),
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: 5 },
      enforceSSL: true,
    })
    const fileRecords = this.table('FileRecords', settings, { pointInTimeRecovery: true, stream: true })
    const fileBucket = this.bucket('Files', kept)
    const fileStore = new FileStore(this, 'FileStore', { bucket: fileBucket, deadLetters, settings })
    const logs = new LogGroup(this, 'FunctionLogs', { retention: RetentionDays.ONE_MONTH, removalPolicy: kept })
    this.accessLogs = new LogGroup(this, 'AccessLogs', { retention: RetentionDays.THREE_MONTHS, removalPolicy: kept })
    this.domainName = this.customDomain(settings, kept)

    const things: Things = {
      users: thing('dynamodb', users.tableArn, 'USERS_TABLE', users.tableName),
      sessions: thing('dynamodb', sessions.tableArn, 'SESSIONS_TABLE', sessions.tableName),
      codes: thing('dynamodb', codes.tableArn, 'CODES_TABLE', codes.tableName),
      mailQueue: thing('sqs', mailQueue.queueArn, 'MAIL_QUEUE_URL', mailQueue.queueUrl),
      keyRing: thing('secretsmanager', keyRing.attrId, 'KEY_RING_SECRET', keyRing.attrId),
      issuerDocuments: {
        ...thing('s3', documents.arnForObjects('.well-known/*'), 'ISSUER_BUCKET', documents.bucketName),
        prefix: {
          spelled: `<${this.getLogicalId(documents.node.defaultChild as CfnBucket)}.Arn>/.well-known/*`,
          reason: 'The two issuer documents live below this prefix and nothing else does.',
        },
      },
      ...this.fileThings(fileRecords, fileBucket, fileStore.work),
      mail: thing('ses', this.mailIdentityArn(settings), 'MAIL_FROM', settings.mailFrom),
    }
    this.deployment = {
      things,
      settings: settingVariables(settings, issuer.url),
      logs,
      architecture: settings.architecture,
      sourceMaps: settings.sourceMaps,
      code: props.code,
    }
    this.sources = {
      queues: { mailQueue, fileEvents: fileStore.events, fileWork: fileStore.work },
      streams: { sessions: streamOf(sessions) },
      deadLetters,
    }
    this.ensureKeyRing(issuer, documents)
    new CfnOutput(this, 'IssuerUrl', { value: issuer.url })
  }

  private keyRing(removalPolicy: RemovalPolicy): CfnSecret {
    const keyRing = new CfnSecret(this, 'KeyRing', {
      description: 'Signing keys of the access tokens; the first one is put by the deployment itself.',
    })
    keyRing.applyRemovalPolicy(removalPolicy)
    Validations.of(keyRing).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'A signing key is rotated by publishing its successor first, which a rotation schedule cannot do.',
    })
    return keyRing
  }

  private fileThings(records: TableV2, bucket: Bucket, work: Queue) {
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
    const row = triggers.find(({ source }) => source.kind === 'deployment')
    if (!row) throw new Error('no row is for the deployment')
    const its = { name: row.entry, ...workOf([row]), zone: { ...USUAL, seconds: row.seconds } }
    const trigger = new ZoneFunction(this, 'EnsureKeyRing', this.deployment, its)
    const ensured = new CustomResource(this, 'KeyRingEnsured', {
      resourceType: 'Custom::KeyRing',
      serviceToken: trigger.function.functionArn,
      serviceTimeout: Duration.seconds(row.seconds),
      properties: { Issuer: issuer.url },
    })
    ensured.node.addDependency(issuer, documents)
  }
}

function streamOf(table: TableV2): string {
  const { tableStreamArn } = table
  if (!tableStreamArn) throw new Error(`the table ${table.node.id} has no stream`)
  return tableStreamArn
}

function thing(service: string, arn: string, variable: string, value: string) {
  return { service, arn, variable, value }
}
