import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import { DEV, deriveCredentials } from '@lethe/laptop/door/credentials.ts'
import { Sha256 } from '@lethe/laptop/door/sha256.ts'
import { SignatureV4 } from '@smithy/signature-v4'
import type { Laptop } from './laptop.ts'

const root = join(import.meta.dirname, '../../..')
const REGION = 'us-east-1'

export type Item = Record<string, AttributeValue>

/** What one with rights on the account can do: run a function by hand, and look into tables and buckets. */
export function operatorOf({ door }: Laptop, state: string) {
  const credentials = deriveCredentials(readFileSync(join(state, 'seed'), 'utf8').trim(), DEV)
  const signer = new SignatureV4({ credentials, region: REGION, service: 'lambda', sha256: Sha256 })
  const { host, hostname, port } = new URL(door)
  return {
    db: new DynamoDBClient({ endpoint: door, region: REGION, credentials }),
    s3: new S3Client({ endpoint: door, region: REGION, credentials, forcePathStyle: true }),
    table: `LetheState-${resourceNamed('LetheState', /^FileRecords[0-9A-F]{8}$/)}`,
    bucket: `LetheState-${resourceNamed('LetheState', /^Files[0-9A-F]{8}$/)}`.toLowerCase(),

    async invoke<T>(name: RegExp, payload: object): Promise<T> {
      const path = `/2015-03-31/functions/LetheApi-${resourceNamed('LetheApi', name)}/invocations`
      const body = JSON.stringify(payload)
      const place = { protocol: 'http:', hostname, port: Number(port), path, headers: { host } }
      const { headers } = await signer.sign({ ...place, method: 'POST', body })
      const answer = await fetch(`${door}${path}`, { method: 'POST', headers, body })
      const text = await answer.text()
      if (answer.status !== 200 || answer.headers.has('x-amz-function-error')) throw new Error(`${path}: ${text}`)
      return JSON.parse(text)
    },
  }
}

export type Operator = ReturnType<typeof operatorOf>

function resourceNamed(stack: string, name: RegExp): string {
  const { Resources } = JSON.parse(readFileSync(join(root, 'cdk.out', `${stack}.template.json`), 'utf8'))
  const id = Object.keys(Resources).find((found) => name.test(found))
  if (!id) throw new Error(`${stack} has no resource ${name}`)
  return id
}
