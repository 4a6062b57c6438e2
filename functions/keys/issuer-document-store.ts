import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { PATIENCE } from '../data/client.ts'

/** The two public documents by which the gateway, and anyone else, finds the keys. */
export function issuerDocumentStore(bucket: string) {
  const s3 = new S3Client(PATIENCE)
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
