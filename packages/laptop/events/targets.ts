import type { Authority } from '../door/authority.ts'
import type { Invoke } from '../lambda/model.ts'
import type { Resource } from '../model.ts'
import type { BusEvent } from './event.ts'
import { type Recipient, Undeliverable } from './event-bus.ts'
import type { EventRule, RuleTarget } from './rule.ts'

const EVENTS = 'events.amazonaws.com'

export type TargetServices = {
  resources: Resource[]
  authority: Pick<Authority, 'serviceMay'>
  put(queueName: string, body: string): Promise<void>
  invoke: Invoke
  report(line: string): void
}

type Send = (event: BusEvent) => Promise<void>

/** The targets of a rule. EventBridge uses no role here: the policy of the queue or function must allow the rule. */
export function targetsOf(rule: EventRule, services: TargetServices): Recipient[] {
  return rule.targets.map((target) => recipient(rule, target, services))
}

function recipient(rule: EventRule, target: RuleTarget, services: TargetServices): Recipient {
  const { report } = services
  const send = sendTo(rule, target.arn, services)
  const sendToDeadLetters =
    target.deadLetterArn === undefined ? undefined : queueSender(rule, target.deadLetterArn, services)
  return {
    name: `${rule.name}: ${target.arn}`,
    matches: rule.matches,
    deliver: send,
    retries: target.retries,
    ageSeconds: target.ageSeconds,
    async giveUp(event, error) {
      report(`${rule.name}: event ${event.id} was not delivered to ${target.arn}: ${messageOf(error)}`)
      // As on AWS, an event that the dead-letter queue does not take is lost.
      await sendToDeadLetters?.(event).catch((cause) =>
        report(`${rule.name}: event ${event.id} is lost, ${target.deadLetterArn} did not take it: ${messageOf(cause)}`),
      )
    },
  }
}

function sendTo(rule: EventRule, arn: string, services: TargetServices): Send {
  return arn.startsWith('arn:aws:lambda:') ? functionSender(rule, arn, services) : queueSender(rule, arn, services)
}

function queueSender(rule: EventRule, arn: string, { resources, authority, put }: TargetServices): Send {
  const { attributes } = find('AWS::SQS::Queue', arn, rule, resources)
  return async (event) => {
    assertPermitted(authority, rule, 'sqs:SendMessage', arn)
    await put(String(attributes.QueueName), JSON.stringify(event))
  }
}

function functionSender(rule: EventRule, arn: string, { resources, authority, invoke, report }: TargetServices): Send {
  const { ref } = find('AWS::Lambda::Function', arn, rule, resources)
  return async (event) => {
    assertPermitted(authority, rule, 'lambda:InvokeFunction', arn)
    const { functionError } = await invoke(ref, JSON.stringify(event))
    if (functionError) report(`${rule.name}: ${ref} failed at event ${event.id}`)
  }
}

function assertPermitted(authority: TargetServices['authority'], rule: EventRule, action: string, arn: string): void {
  if (authority.serviceMay({ service: EVENTS, sourceArn: rule.arn }, action, arn)) return
  throw new Undeliverable(`no policy of ${arn} lets ${EVENTS} do ${action} for the rule ${rule.arn}`)
}

function find(type: string, arn: string, rule: EventRule, resources: Resource[]): Resource {
  const found = resources.find((resource) => resource.type === type && resource.attributes.Arn === arn)
  if (found) return found
  throw new Error(`${rule.name}: its target ${arn} is neither a queue nor a function of this assembly`)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
