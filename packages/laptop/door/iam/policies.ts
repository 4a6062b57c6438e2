import type { JsonObject, Resource } from '../../model.ts'
import { queueArn, queueName } from '../queue-arn.ts'
import { readPermission } from './permission.ts'
import { listAt, objectAt, textsAt } from './read-json.ts'
import { readStatements, type Statement } from './statements.ts'

type Role = { name: string; arn: string; statements: Statement[]; trust: Statement[] }

export type Policies = {
  /** By ARN. */
  roles: Map<string, Role>
  /** By the ARN of the bucket, queue or function. */
  resourcePolicies: Map<string, Statement[]>
}

export function readPolicies(resources: Resource[]): Policies {
  const roles = new Map<string, Role>()
  const resourcePolicies = new Map<string, Statement[]>()
  for (const resource of resources) {
    if (resource.type === 'AWS::IAM::Role') {
      const role = readRole(resource)
      roles.set(role.arn, role)
    }
    if (resource.type === 'AWS::Lambda::Permission') {
      const { functionArn, statements } = readPermission(resource)
      resourcePolicies.set(functionArn, [...(resourcePolicies.get(functionArn) ?? []), ...statements])
    }
    const target = resourcePolicyTargets(resource)
    for (const arn of target) {
      const statements = readStatements(resource.properties.PolicyDocument, 'resource', `policy ${resource.logicalId}`)
      resourcePolicies.set(arn, [...(resourcePolicies.get(arn) ?? []), ...statements])
    }
  }
  return { roles, resourcePolicies }
}

function readRole({ logicalId, ref, attributes, properties }: Resource): Role {
  const where = `role ${logicalId}`
  const unsupported = ['ManagedPolicyArns', 'PermissionsBoundary'].find(
    (property) => properties[property] !== undefined,
  )
  if (unsupported !== undefined) throw new Error(`${where}: ${unsupported} is not understood`)
  const { Arn: arn } = attributes
  if (arn === undefined) throw new Error(`${where} has no ARN`)
  return {
    name: ref,
    arn,
    statements: listAt(properties.Policies, `${where}, Policies`).flatMap((policy, index) =>
      readInlinePolicy(objectAt(policy, `${where}, policy ${index}`), where),
    ),
    trust: readStatements(properties.AssumeRolePolicyDocument, 'trust', `${where}, trust policy`),
  }
}

function readInlinePolicy(policy: JsonObject, where: string): Statement[] {
  return readStatements(policy.PolicyDocument, 'identity', `${where}, policy ${String(policy.PolicyName)}`)
}

function resourcePolicyTargets({ type, logicalId, properties }: Resource): string[] {
  if (type === 'AWS::S3::BucketPolicy') {
    return textsAt(properties.Bucket, `policy ${logicalId}, Bucket`).map((bucket) => `arn:aws:s3:::${bucket}`)
  }
  if (type !== 'AWS::SQS::QueuePolicy') return []
  const urls = textsAt(properties.Queues, `policy ${logicalId}, Queues`)
  return urls.map((url) => queueArn(queueName(url)))
}
