import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import type { AwsPlace } from '../data/aws-place.ts'
import { sdkSettings } from '../data/client.ts'

/** The two public documents by which the gateway, and anyone else, finds the keys. */
export function issuerDocumentStore(place: AwsPlace, bucket: string) {
  const s3 = new S3Client(sdkSettings('s3', place))
  return {
    async put(name: 'openid-configuration' | 'jwks.json', document: object): Promise<void> {
      await s3.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: `.well-known/${name}`,
          Body: JSON.stringify(document),
          ContentType: 'application/json',
          CacheControl: 'public, max-age=300',
        }),
      )
    },
  }
}
