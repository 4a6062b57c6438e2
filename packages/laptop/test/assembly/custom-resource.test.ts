import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { ensureCustomResources } from '../../assembly/custom-resource.ts'
import type { JsonObject, Resource } from '../../model.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { sendAnswer } from './send-answer.ts'

type Event = Record<string, string> & { ResponseURL: string; ResourceProperties: JsonObject }

let stateFolder: string
let events: Event[]
beforeEach(() => {
  stateFolder = temporaryFolder()
  events = []
})

const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:State-Ensure'

function resources(properties: JsonObject = {}, code = 'one'): Resource[] {
  const base = { stack: 'State', attributes: {} }
  return [
    {
      ...base,
      logicalId: 'Ensure',
      type: 'AWS::Lambda::Function',
      ref: 'State-Ensure',
      properties: { Code: { S3Key: code } },
      attributes: { Arn: ARN },
    },
    {
      ...base,
      logicalId: 'Ring',
      type: 'Custom::KeyRing',
      ref: 'x',
      properties: { ServiceToken: ARN, ServiceTimeout: 1, ...properties },
    },
  ]
}

function answering(answer: (event: Event) => JsonObject) {
  return ensuring(async (event) => {
    const { StackId, RequestId, LogicalResourceId } = event
    const usual = {
      Status: 'SUCCESS',
      PhysicalResourceId: 'ring-1',
      StackId: StackId!,
      RequestId: RequestId!,
      LogicalResourceId: LogicalResourceId!,
    }
    await sendAnswer(event.ResponseURL, JSON.stringify({ ...usual, ...answer(event) }))
  })
}

function ensuring(run: (event: Event) => Promise<void>, functionError?: 'Unhandled') {
  return (wanted: Resource[]) =>
    ensureCustomResources({
      resources: wanted,
      stateFolder,
      invoke: async (functionName, payload) => {
        expect(functionName).toBe('State-Ensure')
        const event = JSON.parse(payload)
        events.push(event)
        await run(event)
        const failure = functionError ? { functionError } : {}
        return {
          payload: '{"errorType":"Error","errorMessage":"boom"}',
          cold: true,
          milliseconds: 1,
          requestId: 'r',
          ...failure,
        }
      },
    })
}

const succeed = answering(() => ({}))

test('Create on the first start, nothing on the next', async () => {
  await succeed(resources({ Bits: 3072, Nested: [{ Flag: true }] }))
  await succeed(resources({ Bits: 3072, Nested: [{ Flag: true }] }))
  expect(events).toEqual([
    {
      RequestType: 'Create',
      ServiceToken: ARN,
      ResponseURL: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/answer\?X-Amz-Signature=[0-9a-f]{64}$/),
      StackId: expect.stringContaining(':stack/State/'),
      RequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      LogicalResourceId: 'Ring',
      ResourceType: 'Custom::KeyRing',
      ResourceProperties: { ServiceToken: ARN, ServiceTimeout: '1', Bits: '3072', Nested: [{ Flag: 'true' }] },
    },
  ])
})

test.each<[string, Resource[]]>([
  ['a property', resources({ Issuer: 'http://b' })],
  ['the code of the function', resources({ Issuer: 'http://a' }, 'two')],
])('Update with the old properties and the id when %s changed', async (_what, changed) => {
  await succeed(resources({ Issuer: 'http://a' }))
  await succeed(changed)
  expect(events[1]).toMatchObject({
    RequestType: 'Update',
    PhysicalResourceId: 'ring-1',
    OldResourceProperties: { Issuer: 'http://a' },
    ResourceProperties: changed[1]!.properties.Issuer === 'http://b' ? { Issuer: 'http://b' } : { Issuer: 'http://a' },
  })
  await succeed(changed)
  expect(events).toHaveLength(2)
})

test.each<[string, (wanted: Resource[]) => Promise<void>, string]>([
  ['FAILED', answering(() => ({ Status: 'FAILED', Reason: 'no entropy' })), 'no entropy'],
  ['an unknown status', answering(() => ({ Status: 'MAYBE' })), 'its answer has the status MAYBE'],
  ['an answer to another request', answering(() => ({ RequestId: 'other' })), 'its answer is for another RequestId'],
  ['an answer without an id', answering(() => ({ PhysicalResourceId: '' })), 'its answer has no PhysicalResourceId'],
  [
    'an answer that is not JSON',
    ensuring(async ({ ResponseURL }) => void (await sendAnswer(ResponseURL, '<xml>'))),
    'its answer is not JSON',
  ],
  ['a function that fails', ensuring(async () => {}, 'Unhandled'), 'its function failed: boom'],
  ['silence', ensuring(async () => {}), 'no answer within 1 s'],
])('%s fails the start with the reason, and the next start tries again', async (_what, ensure, reason) => {
  await expect(ensure(resources())).rejects.toThrow(`State/Ring could not be created: ${reason}`)
  await succeed(resources())
  expect(events.map(({ RequestType }) => RequestType)).toEqual(['Create', 'Create'])
})

test('a replacement is refused, and the next start updates the old one', async () => {
  await succeed(resources())
  const replace = answering(() => ({ PhysicalResourceId: 'ring-2' }))
  await expect(replace(resources({ Bits: 1 }))).rejects.toThrow('State/Ring could not be updated: it answered another')
  await succeed(resources({ Bits: 1 }))
  expect(events[2]).toMatchObject({ RequestType: 'Update', PhysicalResourceId: 'ring-1' })
})

test('a ServiceToken that is no function of the assembly is refused', async () => {
  await expect(succeed(resources({ ServiceToken: 'arn:other' }))).rejects.toThrow('State/Ring: its ServiceToken')
})

test('a damaged record is reported with its folder, and stays', async () => {
  const file = join(stateFolder, 'custom-resources.json')
  writeFileSync(file, '{"State/Ring":{}}')
  await expect(succeed(resources())).rejects.toThrow(
    `The state in ${stateFolder} cannot be used (custom-resources.json`,
  )
  expect(readFileSync(file, 'utf8')).toBe('{"State/Ring":{}}')
})
