import { randomBytes, randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { AwsError } from '../door/aws-error.ts'
import type { Service } from '../door/call.ts'
import { secretName } from '../door/catalog.ts'
import type { JsonObject, Resource } from '../model.ts'
import { openSecretFile, type SecretFile, type SecretVersion } from './secret-file.ts'

const CURRENT = 'AWSCURRENT'
const PREVIOUS = 'AWSPREVIOUS'

type Secret = { arn: string; name: string; file: SecretFile }
type SecretOperation = (secret: Secret, input: JsonObject) => JsonObject

const OPERATIONS: Record<string, SecretOperation> = {
  GetSecretValue: getSecretValue,
  PutSecretValue: putSecretValue,
  DescribeSecret: ({ arn, name, file }) => {
    const stages = file.versions().map(({ id, stages }) => [id, stages])
    return { ARN: arn, Name: name, VersionIdsToStages: Object.fromEntries(stages) }
  },
}

/** The secrets among the resources. As in AWS, a secret may have no value until somebody puts one. */
export async function openSecrets({
  secrets,
  folder,
}: {
  secrets: Resource[]
  folder: string
}): Promise<{ service: Service }> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const byId = new Map<string, Secret>()
  for (const resource of secrets.filter(({ type }) => type === 'AWS::SecretsManager::Secret')) {
    const name = secretName(resource.ref)
    const file = openSecretFile(join(folder, `${encodeURIComponent(name)}.json`))
    const secret = { arn: resource.ref, name, file }
    if (file.versions().length === 0) setInitialValue(secret, resource)
    byId.set(name, secret).set(resource.ref, secret)
  }
  return {
    async service({ operation, input }) {
      const secret = byId.get(String(input.SecretId))
      const run = OPERATIONS[operation]
      if (run === undefined) throw new Error(`the Secrets Manager of the laptop cloud has no ${operation}`)
      if (secret === undefined) throw notFound("Secrets Manager can't find the specified secret.")
      const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': randomUUID() }
      return { status: 200, headers, body: JSON.stringify(run(secret, input)) }
    },
  }
}

/** CloudFormation's two ways to give a secret its first value. */
function setInitialValue(secret: Secret, { logicalId, properties }: Resource): void {
  const { SecretString, GenerateSecretString } = properties
  if (typeof SecretString === 'string') {
    putSecretValue(secret, { ClientRequestToken: randomUUID(), SecretString })
  } else if (GenerateSecretString !== undefined) {
    if (JSON.stringify(GenerateSecretString) !== '{}') {
      throw new Error(`secret ${logicalId}: GenerateSecretString with options is not understood`)
    }
    putSecretValue(secret, { ClientRequestToken: randomUUID(), SecretString: randomBytes(24).toString('base64url') })
  }
}

function getSecretValue({ arn, name, file }: Secret, input: JsonObject): JsonObject {
  refuseOthers(input, ['SecretId', 'VersionId', 'VersionStage'])
  const { VersionId, VersionStage = VersionId === undefined ? CURRENT : undefined } = input
  const version = file
    .versions()
    .find(
      ({ id, stages }) =>
        (VersionId === undefined || id === VersionId) &&
        (VersionStage === undefined || stages.includes(String(VersionStage))),
    )
  if (version === undefined) {
    const label = VersionStage === undefined ? `VersionId: ${VersionId}` : `staging label: ${VersionStage}`
    throw notFound(`Secrets Manager can't find the specified secret value for ${label}`)
  }
  const value: JsonObject =
    version.kind === 'binary' ? { SecretBinary: version.value } : { SecretString: version.value }
  const { id, stages, createdAt } = version
  return { ARN: arn, Name: name, VersionId: id, VersionStages: stages, CreatedDate: createdAt, ...value }
}

/** A repeated call with the same token and value changes nothing. Another value with a known token is refused. */
function putSecretValue({ arn, name, file }: Secret, input: JsonObject): JsonObject {
  refuseOthers(input, ['SecretId', 'ClientRequestToken', 'SecretString', 'SecretBinary', 'VersionStages'])
  const { ClientRequestToken: id, SecretString, SecretBinary, VersionStages = [CURRENT] } = input
  if (typeof id !== 'string' || id.length < 32 || id.length > 64) {
    throw new AwsError('InvalidParameterException', 400, 'ClientRequestToken must be 32-64 characters long.')
  }
  const value = SecretString ?? SecretBinary
  if (typeof value !== 'string' || (SecretString !== undefined && SecretBinary !== undefined)) {
    throw new AwsError('InvalidRequestException', 400, 'You must provide either SecretString or SecretBinary.')
  }
  const kind = SecretString === undefined ? 'binary' : 'string'
  const versions = file.versions()
  const known = versions.find((version) => version.id === id)
  if (known !== undefined) {
    if (known.value === value && known.kind === kind) {
      return { ARN: arn, Name: name, VersionId: id, VersionStages: known.stages }
    }
    throw new AwsError(
      'ResourceExistsException',
      400,
      `You can't use ClientRequestToken ${id} because that value is already in use for a version of secret ${arn}.`,
    )
  }
  const stages = (VersionStages as string[]).map(String)
  const added: SecretVersion = { id, kind, value, stages, createdAt: Date.now() / 1000 }
  file.write([...moveStages(versions, stages), added])
  return { ARN: arn, Name: name, VersionId: id, VersionStages: stages }
}

/** A stage belongs to one version. What loses AWSCURRENT gets AWSPREVIOUS; a version without a stage is removed. */
function moveStages(versions: SecretVersion[], taken: string[]): SecretVersion[] {
  const isReplaced = taken.includes(CURRENT)
  return versions
    .map((version) => {
      const becomesPrevious = isReplaced && version.stages.includes(CURRENT)
      const kept = version.stages.filter((stage) => !taken.includes(stage) && !(isReplaced && stage === PREVIOUS))
      return { ...version, stages: becomesPrevious ? [...kept, PREVIOUS] : kept }
    })
    .filter(({ stages }) => stages.length > 0)
}

function refuseOthers(input: JsonObject, known: string[]): void {
  const stranger = Object.keys(input).find((field) => !known.includes(field))
  if (stranger !== undefined) {
    throw new AwsError('InvalidParameterException', 400, `The laptop cloud does not know ${stranger} here`)
  }
}

function notFound(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', 400, message)
}
