import { expect, test } from 'vitest'
import { readAuthority } from '../../door/authority.ts'
import { openObserved } from '../../door/observed.ts'
import { Undeliverable } from '../../events/event-bus.ts'
import { readRules } from '../../events/rule.ts'
import { targetsOf } from '../../events/targets.ts'
import type { JsonObject, Resource } from '../../model.ts'
import { deny, functionWith } from '../door/test-door.ts'
import { functionArn, letsRuleSend, permission, queue, queueArn, queuePolicy, rule, tlsOnly } from './a-rule.ts'
import { aCreation } from './an-event.ts'

const event = aCreation()
const { signal } = new AbortController()

/** The only target of the rule `R` among these resources. */
function target(properties: JsonObject, others: Resource[], failsAt: string[] = []) {
  const put: [queue: string, body: unknown][] = []
  const invoked: [name: string, payload: unknown][] = []
  const lines: string[] = []
  const resources = [
    rule('R', { EventPattern: { source: ['aws.s3'] }, Targets: [{ Id: 't', ...properties }] }),
    ...functionWith('sweep').map((resource) =>
      resource.type === 'AWS::Lambda::Function' ? { ...resource, attributes: { Arn: functionArn('sweep') } } : resource,
    ),
    queue('Work'),
    queue('Dead'),
    ...others,
  ]
  const [recipient, ...more] = readRules(resources).flatMap((read) =>
    targetsOf(read, {
      resources,
      authority: readAuthority(resources, openObserved('/nowhere')),
      async put(name, body) {
        if (failsAt.includes(name)) throw new Error(`${name} is down`)
        put.push([name, JSON.parse(body)])
      },
      async invoke(name, payload) {
        invoked.push([name, JSON.parse(payload)])
        const outcome = { payload: 'null', cold: false, milliseconds: 1, requestId: '5c2b' }
        return failsAt.includes(name) ? { ...outcome, functionError: 'Unhandled' as const } : outcome
      },
      report: (line) => lines.push(line),
    }),
  )
  if (!recipient || more.length > 0) throw new Error('one target was expected')
  return { ...recipient, put, invoked, lines }
}

const toQueue = { Arn: queueArn('Work') }
const lets = queuePolicy('Work', tlsOnly('Work'), letsRuleSend('Work', 'R'))

test('a queue whose policy lets the rule in gets the event as the body of a message', async () => {
  const { deliver, put } = target(toQueue, [lets])
  await deliver(event, signal)
  expect(put).toEqual([['Work', event]])
})

test.each<[what: string, policies: Resource[]]>([
  ['no policy', []],
  ['a policy for another rule', [queuePolicy('Work', letsRuleSend('Work', 'Q'))]],
  ['a policy of another queue', [queuePolicy('Dead', letsRuleSend('Work', 'R'))]],
  ['a policy for another service', [queuePolicy('Work', letsRuleSend('Work', 'R', { Principal: { Service: 's3' } }))]],
  ['a policy for another action', [queuePolicy('Work', letsRuleSend('Work', 'R', { Action: 'sqs:ReceiveMessage' }))]],
  ['an explicit deny', [lets, queuePolicy('Work', deny('sqs:SendMessage', queueArn('Work'), { Principal: '*' }))]],
])('a queue with %s gets nothing, and asking again is of no use', async (_what, policies) => {
  const { deliver, put } = target(toQueue, policies)
  await expect(deliver(event, signal)).rejects.toThrow(
    /^no policy of arn:aws:sqs:us-east-1:000000000000:Work lets events.amazonaws.com do sqs:SendMessage for the rule arn:.*R$/,
  )
  await expect(deliver(event, signal)).rejects.toBeInstanceOf(Undeliverable)
  expect(put).toEqual([])
})

test('a queue that fails is worth another try', async () => {
  const { deliver } = target(toQueue, [lets], ['Work'])
  await expect(deliver(event, signal)).rejects.not.toBeInstanceOf(Undeliverable)
})

const toFunction = { Arn: functionArn('sweep') }

test('a function with a permission for the rule is invoked with the event', async () => {
  const { deliver, invoked, lines } = target(toFunction, [permission('sweep', 'R')])
  await deliver(event, signal)
  expect(invoked).toEqual([['sweep', event]])
  expect(lines).toEqual([])
})

test.each<[what: string, permissions: Resource[]]>([
  ['no permission', []],
  ['a permission for another rule', [permission('sweep', 'Q')]],
  ['a permission for another service', [permission('sweep', 'R', { Principal: 's3.amazonaws.com' })]],
  ['a permission of another account', [permission('sweep', 'R', { SourceAccount: '111111111111' })]],
  ['a permission for another action', [permission('sweep', 'R', { Action: 'lambda:GetFunction' })]],
  ['a permission of another function', [permission('other', 'R')]],
])('a function with %s is not invoked', async (_what, permissions) => {
  const { deliver, invoked } = target(toFunction, permissions)
  await expect(deliver(event, signal)).rejects.toThrow(/lets events.amazonaws.com do lambda:InvokeFunction/)
  expect(invoked).toEqual([])
})

test('a function that fails had its event: the failure is told, nothing is tried again', async () => {
  const { deliver, lines } = target(toFunction, [permission('sweep', 'R')], ['sweep'])
  await deliver(event, signal)
  expect(lines).toEqual([`Test/R (AWS::Events::Rule): sweep failed at event ${event.id}`])
})

const withDeadLetters = { ...toQueue, DeadLetterConfig: { Arn: queueArn('Dead') } }
const refusal = new Error('Work is down')

test('what is given up is told, and goes to the dead-letter queue where there is one', async () => {
  const without = target(toQueue, [lets])
  await without.giveUp(event, refusal)
  expect(without.put).toEqual([])
  const withQueue = target(withDeadLetters, [lets, queuePolicy('Dead', letsRuleSend('Dead', 'R'))])
  await withQueue.giveUp(event, refusal)
  expect(withQueue.put).toEqual([['Dead', event]])
  const line = `Test/R (AWS::Events::Rule): event ${event.id} was not delivered to ${queueArn('Work')}: Work is down`
  expect([without.lines, withQueue.lines]).toEqual([[line], [line]])
})

test('what the dead-letter queue does not take is lost, and that is told', async () => {
  const barred = target(withDeadLetters, [lets])
  await barred.giveUp(event, refusal)
  expect(barred.put).toEqual([])
  expect(barred.lines[1]).toMatch(/event .* is lost, arn:.*:Dead did not take it: no policy of .*Dead lets/)
})

test.each([queueArn('Missing'), functionArn('missing'), 'arn:aws:sns:us-east-1:000000000000:Topic'])(
  'a target that is not there stops the start: %s',
  (Arn) => {
    expect(() => target({ Arn }, [])).toThrow(`Test/R (AWS::Events::Rule): its target ${Arn} is neither a queue nor`)
    expect(() => target({ ...toQueue, DeadLetterConfig: { Arn } }, [])).toThrow(`its target ${Arn} is neither`)
  },
)

test('a dead-letter queue is a queue', () => {
  const deadLetters = { ...toQueue, DeadLetterConfig: { Arn: functionArn('sweep') } }
  expect(() => target(deadLetters, [])).toThrow(`its target ${functionArn('sweep')} is neither`)
})
