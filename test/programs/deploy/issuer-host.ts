import { GetObjectCommand, NoSuchKey, S3Client } from '@aws-sdk/client-s3'
import { accountSettings } from './account.ts'
import { type Served, serve } from './serve.ts'

/**
 * Stands where CloudFront or a host of one's own stands: shows everyone `/<bucket>/.well-known/<document>`, which it
 * reads from the private bucket with a signature.
 */
export function serveIssuerDocuments(endpoint: string): Promise<Served> {
  const s3 = new S3Client(accountSettings(endpoint))
  return serve(async (request, response) => {
    const [, bucket, key] = /^\/([^/]+)\/(\.well-known\/[^/]+)$/.exec(request.url ?? '') ?? []
    if (bucket === undefined || key === undefined) return void response.writeHead(404).end()
    try {
      const { Body, ContentType } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
      response.writeHead(200, { 'content-type': ContentType }).end(await Body?.transformToByteArray())
    } catch (error) {
      if (!(error instanceof NoSuchKey)) throw error
      response.writeHead(404).end()
    }
  })
}
