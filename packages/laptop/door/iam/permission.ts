import type { JsonObject, Resource } from '../../model.ts'
import { refuseOthers, textsAt } from './read-json.ts'
import { readStatements, type Statement } from './statements.ts'

const PROPERTIES = ['Action', 'FunctionName', 'Principal', 'SourceArn', 'SourceAccount']

/** An `AWS::Lambda::Permission` is one statement of its function's resource policy. */
export function readPermission({ logicalId, properties }: Resource): { functionArn: string; statements: Statement[] } {
  const where = `permission ${logicalId}`
  refuseOthers(properties, PROPERTIES, where)
  const text = (name: string) => textsAt(properties[name], `${where}, ${name}`).join()
  const functionArn = text('FunctionName')
  // In AWS it may be a bare name too, but the CDK writes the ARN.
  if (!/^arn:aws:lambda:[^:]+:\d+:function:[^:]+$/.test(functionArn)) {
    throw new Error(`${where}: FunctionName ${functionArn} is not understood`)
  }
  const service = text('Principal')
  if (!/^[a-z0-9-]+\.amazonaws\.com$/.test(service)) {
    throw new Error(`${where}: Principal ${service} is not understood`)
  }
  const statement = {
    Effect: 'Allow',
    Action: text('Action'),
    Resource: functionArn,
    Principal: { Service: service },
    Condition: sourceCondition(properties),
  }
  return { functionArn, statements: readStatements({ Version: '2012-10-17', Statement: statement }, 'resource', where) }
}

function sourceCondition({ SourceArn, SourceAccount }: JsonObject): JsonObject {
  return {
    ...(SourceArn !== undefined && { ArnLike: { 'aws:SourceArn': SourceArn } }),
    ...(SourceAccount !== undefined && { StringEquals: { 'aws:SourceAccount': SourceAccount } }),
  }
}
