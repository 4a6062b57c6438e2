import { type BusEvent, newEvent } from './event.ts'

const SOURCE = 'aws.events'
const DETAIL_TYPE = 'Scheduled Event'

export function scheduledEvent(ruleArn: string): BusEvent {
  return newEvent({ source: SOURCE, detailType: DETAIL_TYPE, resources: [ruleArn], detail: {} })
}

/** A rule matches only its own scheduled events. */
export function scheduledFor(ruleArn: string): (event: BusEvent) => boolean {
  return ({ source, 'detail-type': detailType, resources }) =>
    source === SOURCE && detailType === DETAIL_TYPE && resources[0] === ruleArn
}
