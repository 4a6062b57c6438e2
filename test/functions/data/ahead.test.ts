import { BatchGetItemCommand, DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb'
import { mockClient } from 'aws-sdk-client-mock'
import { beforeEach, describe, expect, it } from 'vitest'
import { readAhead } from '../../../functions/data/ahead.ts'
import { toItem } from '../../../functions/data/item.ts'
import { table } from '../../../functions/data/table.ts'

const db = new DynamoDBClient({ region: 'us-east-1' })
const dynamo = mockClient(db)
beforeEach(() => {
  dynamo.reset()
})

const users = table(db, 'Users')
const files = table(db, 'Files')
const key = (name: string) => toItem({ pk: name, sk: 'at' })
const item = (name: string, of: string) => ({ ...key(name), ...toItem({ of }) })
const sent = () => dynamo.commandCalls(BatchGetItemCommand).map(({ args }) => args[0].input.RequestItems)
const strongly = (...names: string[]) => ({ Keys: names.map(key), ConsistentRead: true })

describe('what is read ahead', () => {
  it('is read from several tables by one strongly consistent call, each key once', async () => {
    dynamo.on(BatchGetItemCommand).resolves({})
    await readAhead(db, [users.keyed(key('a')), files.keyed(key('a')), users.keyed(key('a')), files.keyed(key('b'))])
    expect(sent()).toEqual([{ Users: strongly('a'), Files: strongly('a', 'b') }])
  })

  it('serves a get of its table and key, and no other', async () => {
    dynamo.on(BatchGetItemCommand).resolves({ Responses: { Users: [item('a', 'users')], Files: [item('a', 'files')] } })
    dynamo.on(GetItemCommand).resolves({ Item: item('c', 'a call') })
    const ahead = await readAhead(db, [users.keyed(key('a')), files.keyed(key('a'))])
    expect(await files.get(key('a'), ahead)).toEqual(item('a', 'files'))
    expect(await users.get(key('a'), ahead)).toEqual(item('a', 'users'))
    expect(dynamo.commandCalls(GetItemCommand)).toHaveLength(0)
    expect(await users.get(key('c'), ahead)).toEqual(item('c', 'a call'))
  })

  it('serves one read of each key: whoever tries again asks the table', async () => {
    dynamo.on(BatchGetItemCommand).resolves({ Responses: { Users: [item('a', 'before')] } })
    dynamo.on(GetItemCommand).resolves({ Item: item('a', 'after') })
    const ahead = await readAhead(db, [users.keyed(key('a'))])
    expect(await users.get(key('a'), ahead)).toEqual(item('a', 'before'))
    expect(await users.get(key('a'), ahead)).toEqual(item('a', 'after'))
  })

  it('says that an item is not there without asking again, once', async () => {
    dynamo.on(BatchGetItemCommand).resolves({})
    dynamo.on(GetItemCommand).resolves({ Item: item('a', 'new') })
    const ahead = await readAhead(db, [users.keyed(key('a'))])
    expect(await users.get(key('a'), ahead)).toBeUndefined()
    expect(await users.get(key('a'), ahead)).toEqual(item('a', 'new'))
  })
})

describe('a batch', () => {
  it('asks only for what was not read ahead', async () => {
    dynamo
      .on(BatchGetItemCommand)
      .resolvesOnce({ Responses: { Users: [item('a', 'first')] } })
      .resolvesOnce({ Responses: { Users: [item('c', 'second')] } })
    const ahead = await readAhead(db, [users.keyed(key('a')), users.keyed(key('b'))])
    expect(await users.batch([key('a'), key('b'), key('c')], ahead)).toEqual([item('a', 'first'), item('c', 'second')])
    expect(sent()[1]).toEqual({ Users: strongly('c') })
  })

  it('of more than a hundred keys takes several calls, and of none none', async () => {
    const names = Array.from({ length: 250 }, (_, at) => `${at}`)
    dynamo.on(BatchGetItemCommand).resolves({})
    expect(await users.batch(names.map(key))).toEqual([])
    expect(sent().map((request) => request?.Users?.Keys?.length)).toEqual([100, 100, 50])
    dynamo.reset()
    expect(await users.batch([])).toEqual([])
    expect(sent()).toEqual([])
  })
})

describe('keys of several tables that were not processed', () => {
  const both = [users.keyed(key('a')), files.keyed(key('b')), files.keyed(key('c'))]

  it('are asked for again, each of its table, and are not taken for absent', async () => {
    dynamo
      .on(BatchGetItemCommand)
      .resolvesOnce({
        Responses: { Files: [item('b', 'first')] },
        UnprocessedKeys: { Users: { Keys: [key('a')] }, Files: { Keys: [key('c')] } },
      })
      .resolvesOnce({ Responses: { Users: [item('a', 'second')] }, UnprocessedKeys: { Files: { Keys: [key('c')] } } })
      .resolvesOnce({ Responses: { Files: [item('c', 'third')] }, UnprocessedKeys: {} })
    const ahead = await readAhead(db, both)
    const found = both.map((each) => ahead.take(each)?.item?.of?.S)
    expect(found).toEqual(['second', 'first', 'third'])
    expect(sent().slice(1)).toEqual([{ Users: strongly('a'), Files: strongly('c') }, { Files: strongly('c') }])
  })

  it('are asked for at most twice more, and then the store is unavailable', async () => {
    dynamo.on(BatchGetItemCommand).resolves({ UnprocessedKeys: { Files: { Keys: [key('c')] } } })
    await expect(readAhead(db, both)).rejects.toMatchObject({ code: 'store_unavailable' })
    expect(sent()).toHaveLength(3)
  })
})
