import assert from 'node:assert/strict'
import { GetItemCommand } from '@aws-sdk/client-dynamodb'
import { AbortMultipartUploadCommand } from '@aws-sdk/client-s3'
import type { Begun, User } from './a-user.ts'
import type { Operator } from './operator.ts'

type BatchResponse = { batchItemFailures: unknown[] }

/** Messages about objects that are not there: S3 is asked, and what it says counts. */
export async function tryFalseMessages(user: User, operator: Operator): Promise<void> {
  const deliver = async (name: RegExp, message: object) => {
    const event = { Records: [{ messageId: 'm', body: JSON.stringify(message) }] }
    assert.deepEqual(await operator.invoke<BatchResponse>(name, event), { batchItemFailures: [] })
  }
  const stateOf = async (id: string) =>
    (await user.must<Begun & { upload: { state: string } }>(200, 'GET', `/uploads/${id}`)).upload.state

  const { upload: single } = await user.begin('never-sent.txt', Buffer.from('never sent'))
  const created = { 'detail-type': 'Object Created', detail: { object: { key: `o/${single.id}` } } }
  await deliver(/^UploadsOnFileEventFunction/, created)
  assert.equal(await stateOf(single.id), 'pending')
  await user.must(204, 'DELETE', `/uploads/${single.id}`)

  const large = { name: 'given-up.bin', size: 2 ** 25, type: 'text/plain' }
  const { upload: inParts } = await user.must<Begun>(201, 'POST', '/files', large)
  await abortBehindOurBack(inParts.id, operator)
  await deliver(/^TrashOnFileWorkFunction/, { kind: 'put-together', object: inParts.id })
  assert.equal(await stateOf(inParts.id), 'dead')
  assert.equal(await user.used(), 0)
}

/** As the lifecycle of the bucket does after a week. */
async function abortBehindOurBack(id: string, { db, s3, table, bucket }: Operator): Promise<void> {
  const key = { pk: { S: `O#${id}` }, sk: { S: 'obj' } }
  const { Item: upload } = await db.send(new GetItemCommand({ TableName: table, Key: key }))
  await s3.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key: `o/${id}`, UploadId: upload?.uploadId?.S }))
}
