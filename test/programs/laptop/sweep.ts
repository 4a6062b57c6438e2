import assert from 'node:assert/strict'
import { DeleteItemCommand, GetItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { DeleteObjectCommand } from '@aws-sdk/client-s3'
import { type Begun, type User, until } from './a-user.ts'
import type { Item, Operator } from './operator.ts'

type Counts = { through: boolean; failed?: number } & { [repair: string]: number | undefined }
const DAY = 86_400
const ago = (seconds: number) => Math.floor(Date.now() / 1000) - seconds
const key = (pk: string, sk: string): Item => ({ pk: { S: pk }, sk: { S: sk } })

/** What only time brings about is brought about by ageing the records; the sweep then has to set it right. */
export async function trySweep(user: User, operator: Operator): Promise<void> {
  const { db, table: TableName } = operator
  const age = (of: Item, attribute: string, at: number) =>
    db.send(
      new UpdateItemCommand({
        ...{ TableName, Key: of, UpdateExpression: 'SET #at = :at', ConditionExpression: 'attribute_exists(pk)' },
        ...{ ExpressionAttributeNames: { '#at': attribute }, ExpressionAttributeValues: { ':at': { N: String(at) } } },
      }),
    )
  const object = (id: string) => key(`O#${id}`, 'obj')
  const bytes = Buffer.from('swept')

  const { upload: forgotten } = await user.begin('forgotten.txt', bytes)
  await age(object(forgotten.id), 'createdAt', ago(3 * 3600))
  const large = { name: 'parts.bin', size: 2 ** 25, type: 'text/plain' }
  const { upload: inParts } = await user.must<Begun>(201, 'POST', '/files', large)
  await age(object(inParts.id), 'createdAt', ago(3 * DAY))
  const { upload: ended } = await user.begin('ended.txt', bytes)
  await user.must(204, 'DELETE', `/uploads/${ended.id}`)
  await age(object(ended.id), 'createdAt', ago(2 * DAY))
  await age(object(ended.id), 'diedAt', ago(2 * DAY))
  const old = await user.upload('old.txt', bytes)
  await user.must(204, 'DELETE', `/files/${old.file}`)
  await ageTrash(user.id, old.file, operator)
  const lost = await user.upload('lost.txt', bytes)
  await operator.s3.send(new DeleteObjectCommand({ Bucket: operator.bucket, Key: `o/${lost.object}` }))
  await age(object(lost.object), 'createdAt', ago(DAY))
  await age(key(`F#${user.id}`, 'n#lost.txt'), 'changedAt', ago(DAY))
  await leakReservation(user.id, operator)
  const kept = await user.upload('kept.txt', bytes)
  await age(object(kept.object), 'createdAt', ago(DAY))

  // Twice: that a content is lost is found before, or after, the file that holds it is looked at.
  const first = await run(operator)
  const second = await run(operator)
  const sum = (repair: string) => (first[repair] ?? 0) + (second[repair] ?? 0)
  assert.deepEqual([first.failed, second.failed], [undefined, undefined])
  for (const repair of ['expired', 'forgotten', 'purged', 'lost', 'filesRepaired', 'slotsClosed']) {
    assert.ok(sum(repair) > 0, `the sweep had ${repair}: ${JSON.stringify([first, second])}`)
  }
  await until('what was in the trash is gone', async () => (await user.used()) === bytes.length)
  const { items } = await user.must<{ items: { id: string }[] }>(200, 'GET', '/folders/root/children')
  assert.deepEqual(
    items.map(({ id }) => id),
    [kept.file],
  )
  assert.deepEqual((await user.usage()).uploads.open, 0)
  await user.must(404, 'GET', `/uploads/${ended.id}`)
}

async function run({ invoke }: Operator): Promise<Counts> {
  const counts = await invoke<Counts>(/^SystemOnHourFunction/, {})
  assert.ok(counts.through, JSON.stringify(counts))
  return counts
}

/** Its time is part of its key. */
async function ageTrash(owner: string, file: string, { db, table: TableName }: Operator): Promise<void> {
  const node = key(`N#${file}`, 'at')
  const { Item: found } = await db.send(new GetItemCommand({ TableName, Key: node }))
  const trashedAt = ago(31 * DAY)
  const position = (at: string | number) => `${String(at).padStart(10, '0')}#${file}`
  const before = key(`T#${owner}`, position(found?.trashedAt?.N ?? ''))
  const { Item: trashed } = await db.send(new GetItemCommand({ TableName, Key: before }))
  const at = { trashedAt: { N: String(trashedAt) } }
  await db.send(
    new PutItemCommand({ TableName, Item: { ...trashed, ...key(`T#${owner}`, position(trashedAt)), ...at } }),
  )
  await db.send(new DeleteItemCommand({ TableName, Key: before }))
  await db.send(new PutItemCommand({ TableName, Item: { ...found, ...node, ...at } }))
}

/** As if a function had died between taking the room and writing down what for. */
async function leakReservation(owner: string, { db, table: TableName }: Operator): Promise<void> {
  await db.send(
    new UpdateItemCommand({
      ...{ TableName, Key: key(`U#${owner}`, 'usage') },
      UpdateExpression: 'SET #slot = :slot, #room = #room - :size, #count = #count + :one',
      ExpressionAttributeNames: { '#slot': `res#${'x'.repeat(22)}`, '#room': 'room', '#count': 'count' },
      ExpressionAttributeValues: {
        ':slot': { L: [{ S: '5' }, { S: String(ago(3600)) }] },
        ':size': { N: '5' },
        ':one': { N: '1' },
      },
    }),
  )
}
