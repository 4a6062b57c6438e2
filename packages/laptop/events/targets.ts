import type { Authority } from '../door/authority.ts'
import type { Invoke } from '../lambda/model.ts'
import type { Resource } from '../model.ts'
import type { BusEvent } from './event.ts'
import { type Recipient, Undeliverable } from './event-bus.ts'
import type { Rule, Target } from './rule.ts'

const EVENTS = 'events.amazonaws.com'

export type TargetSurroundings = {
  resources: Resource[]
  authority: Pick<Authority, 'serviceMay'>
  put(queueName: string, body: string): Promise<void>
  invoke: Invoke
  report(line: string): void
}

type Send = (event: BusEvent) => Promise<void>

/** A rule's targets. EventBridge acts in no role: the queue's or the function's own policy must let the rule in. */
export function targetsOf(rule: Rule, surroundings: TargetSurroundings): Recipient[] {
  return rule.targets.map((target) => recipient(rule, target, surroundings))
}

function recipient(rule: Rule, target: Target, surroundings: TargetSurroundings): Recipient {
  const { report } = surroundings
  const send = sendTo(rule, target.arn, surroundings)
  const sendToDeadLetters =
    target.deadLetterArn === undefined ? undefined : queueSender(rule, target.deadLetterArn, surroundings)
  return {
    name: `${rule.name}: ${target.arn}`,
    matches: rule.matches,
    deliver: send,
    retries: target.retries,
    ageSeconds: target.ageSeconds,
    async giveUp(event, error) {
      report(`${rule.name}: event ${event.id} was not delivered to ${target.arn}: ${messageOf(error)}`)
      // As on AWS nothing stands behind the dead-letter queue.
      await sendToDeadLetters?.(event).catch((cause) =>
        report(`${rule.name}: event ${event.id} is lost, ${target.deadLetterArn} did not take it: ${messageOf(cause)}`),
      )
    },
  }
}

function sendTo(rule: Rule, arn: string, surroundings: TargetSurroundings): Send {
  return arn.startsWith('arn:aws:lambda:')
    ? functionSender(rule, arn, surroundings)
    : queueSender(rule, arn, surroundings)
}

function queueSender(rule: Rule, arn: string, { resources, authority, put }: TargetSurroundings): Send {
  const { attributes } = find('AWS::SQS::Queue', arn, rule, resources)
  return async (event) => {
    assertPermitted(authority, rule, 'sqs:SendMessage', arn)
    await put(String(attributes.QueueName), JSON.stringify(event))
  }
}

function functionSender(rule: Rule, arn: string, { resources, authority, invoke, report }: TargetSurroundings): Send {
  const { ref } = find('AWS::Lambda::Function', arn, rule, resources)
  return async (event) => {
    assertPermitted(authority, rule, 'lambda:InvokeFunction', arn)
    const { functionError } = await invoke(ref, JSON.stringify(event))
    if (functionError) report(`${rule.name}: ${ref} failed at event ${event.id}`)
  }
}

function assertPermitted(authority: TargetSurroundings['authority'], rule: Rule, action: string, arn: string): void {
  if (authority.serviceMay({ service: EVENTS, sourceArn: rule.arn }, action, arn)) return
  throw new Undeliverable(`no policy of ${arn} lets ${EVENTS} do ${action} for the rule ${rule.arn}`)
}

function find(type: string, arn: string, rule: Rule, resources: Resource[]): Resource {
  const found = resources.find((resource) => resource.type === type && resource.attributes.Arn === arn)
  if (found) return found
  throw new Error(`${rule.name}: its target ${arn} is neither a queue nor a function of this assembly`)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
