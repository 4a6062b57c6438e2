import * as v from 'valibot'
import type { Resource } from '../../model.ts'
import { parseProperties } from '../../properties.ts'

const days = v.pipe(v.number(), v.integer(), v.minValue(1))

const lifecycleRule = v.strictObject({
  Id: v.optional(v.string()),
  Status: v.picklist(['Enabled', 'Disabled']),
  // Removes delete markers whose versions are all gone. No such markers are kept here.
  ExpiredObjectDeleteMarker: v.optional(v.boolean()),
  NoncurrentVersionExpiration: v.optional(v.strictObject({ NoncurrentDays: days })),
  AbortIncompleteMultipartUpload: v.optional(v.strictObject({ DaysAfterInitiation: days })),
})

/** The other properties of a bucket are read elsewhere (CORS by the door) or mean nothing on a laptop. */
const bucketProperties = v.object({
  VersioningConfiguration: v.optional(v.strictObject({ Status: v.literal('Enabled') })),
  LifecycleConfiguration: v.optional(v.strictObject({ Rules: v.array(lifecycleRule) }), { Rules: [] }),
  NotificationConfiguration: v.optional(
    v.strictObject({ EventBridgeConfiguration: v.strictObject({ EventBridgeEnabled: v.boolean() }) }),
  ),
})

export type BucketSettings = {
  isVersioned: boolean
  /** Days after which a replaced or deleted version is removed for good; `Infinity` without a rule. */
  noncurrentDays: number
  /** Days after which an upload that nobody completed is aborted; `Infinity` without a rule. */
  abortDays: number
  tellsEvents: boolean
}

/** Throws an Error that names a property that it does not understand. */
export function readBucketSettings(bucket: Resource): BucketSettings {
  const properties = parseProperties(bucketProperties, bucket)
  const rules = properties.LifecycleConfiguration.Rules.filter(({ Status }) => Status === 'Enabled')
  const soonest = (each: (number | undefined)[]) => Math.min(...each.filter((value) => value !== undefined))
  return {
    isVersioned: properties.VersioningConfiguration !== undefined,
    noncurrentDays: soonest(rules.map((rule) => rule.NoncurrentVersionExpiration?.NoncurrentDays)),
    abortDays: soonest(rules.map((rule) => rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation)),
    tellsEvents: properties.NotificationConfiguration?.EventBridgeConfiguration.EventBridgeEnabled ?? false,
  }
}
