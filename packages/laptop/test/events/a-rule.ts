import type { Json, JsonObject, Resource } from '../../model.ts'
import { allow, deny, policy, resource } from '../door/test-door.ts'

const arn = (service: string, name: string) => `arn:aws:${service}:us-east-1:000000000000:${name}`
export const queueArn = (name: string) => arn('sqs', name)
const ruleArn = (name: string) => arn('events', `rule/${name}`)
export const functionArn = (name: string) => arn('lambda', `function:${name}`)
const queueUrl = (name: string) => `http://127.0.0.1:3002/000000000000/${name}`

export const queue = (name: string) =>
  resource('AWS::SQS::Queue', queueUrl(name), {}, { Arn: queueArn(name), QueueName: name })

/** As the CDK writes it for a queue with enforceSSL. */
export const tlsOnly = (name: string) =>
  deny('sqs:*', queueArn(name), {
    Principal: { AWS: '*' },
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  })

/** As the CDK writes it for a rule's target. */
export const letsRuleSend = (name: string, rule: string, change: JsonObject = {}) =>
  allow(['sqs:SendMessage', 'sqs:GetQueueAttributes', 'sqs:GetQueueUrl'], queueArn(name), {
    Principal: { Service: 'events.amazonaws.com' },
    Condition: { ArnEquals: { 'aws:SourceArn': ruleArn(rule) } },
    ...change,
  })

export const queuePolicy = (name: string, ...statements: Json[]) =>
  resource('AWS::SQS::QueuePolicy', `${name}-policy`, {
    Queues: [queueUrl(name)],
    PolicyDocument: policy(...statements),
  })

export const permission = (functionName: string, rule: string, change: JsonObject = {}) =>
  resource('AWS::Lambda::Permission', `${functionName}-permission`, {
    Action: 'lambda:InvokeFunction',
    FunctionName: functionArn(functionName),
    Principal: 'events.amazonaws.com',
    SourceArn: ruleArn(rule),
    ...change,
  })

export const rule = (name: string, properties: JsonObject): Resource =>
  resource('AWS::Events::Rule', name, properties, { Arn: ruleArn(name) })
