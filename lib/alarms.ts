import { Duration } from 'aws-cdk-lib'
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'

/** No data means no alarm: these metrics have no data while nothing fails. */
export const ABOVE_ZERO = {
  threshold: 0,
  evaluationPeriods: 1,
  comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
  treatMissingData: TreatMissingData.NOT_BREACHING,
}

/** Alarms that a person has to look at, whichever function failed. */
export function addAlarms(scope: Construct, { apiId, deadLetters }: { apiId: string; deadLetters: Queue }): void {
  new Alarm(scope, 'GivenUp', {
    alarmDescription: 'A mail or an event was given up: look into the dead-letter queue.',
    metric: deadLetters.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(5) }),
    ...ABOVE_ZERO,
  })
  new Alarm(scope, 'ServerErrors', {
    alarmDescription: 'Requests were answered with 5xx: look into the function logs by request id.',
    metric: new Metric({
      namespace: 'AWS/ApiGateway',
      metricName: '5xx',
      dimensionsMap: { ApiId: apiId },
      statistic: 'Sum',
      period: Duration.minutes(5),
    }),
    ...ABOVE_ZERO,
  })
}
