import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { type DynamodbEndpoint, dynamodbEndpoint } from '../../services/dynamodb-endpoint.ts'
import { ensureTables } from '../../services/dynamodb-tables.ts'
import { startDynoxide } from '../../services/dynoxide.ts'
import { dynoxideBinary } from '../../services/dynoxide-binary.ts'
import { startTtlSweeper } from '../../services/ttl.ts'
import type { TtlLedger } from '../../services/ttl-ledger.ts'
import { tableResource } from '../door/test-door.ts'
import { temporaryFolder } from '../temporary-folder.ts'

type Expiry = Parameters<TtlLedger['add']>[0]

const item = (ttl: number) => ({ pk: { S: 'a' }, sk: { S: 's' }, ttl: { N: String(ttl) } })
const seconds = () => Math.floor(Date.now() / 1000)

it('an item that is given a new time at the last moment stays, and is not held for deleted', async () => {
  const { url, stop } = await startDynoxide({
    binary: dynoxideBinary({ toolFolder: '/nowhere', report: () => {} }),
    databasePath: join(temporaryFolder(), 'tables.sqlite'),
    onFailure: () => {},
  })
  onTestFinished(stop)
  const real = dynamodbEndpoint(url)
  const ttl = { TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true } }
  const tables = await ensureTables(real, [tableResource('Sessions', ttl)])
  await real.call('PutItem', { TableName: 'Sessions', Item: item(seconds() - 5) })

  const renewed = item(seconds() + 60)
  const endpoint: DynamodbEndpoint = {
    ...real,
    async call(operation, input) {
      if (operation === 'DeleteItem') await real.call('PutItem', { TableName: 'Sessions', Item: renewed })
      return real.call(operation, input)
    },
  }
  const noted = new Set<Expiry>()
  const ledger = {
    add: (expiry: Expiry) => void noted.add(expiry),
    withdraw: (expiry: Expiry) => void noted.delete(expiry),
    explains: () => false,
  }
  const sweeper = startTtlSweeper({ endpoint, tables: tables.values(), ledger, everySeconds: 60, report: () => {} })
  onTestFinished(sweeper.stop)
  await sweeper.sweep()
  expect((await real.call('Scan', { TableName: 'Sessions' })).Items).toEqual([renewed])
  expect(noted.size).toBe(0)
})

it('a pass that failed is reported and followed by others', async () => {
  const { promise: again, resolve: onSecondPass } = Promise.withResolvers<void>()
  let passes = 0
  const endpoint: DynamodbEndpoint = {
    forward: () => Promise.reject(new Error('unused')),
    close: () => {},
    async call() {
      passes += 1
      if (passes === 1) throw new Error('the store is away')
      onSecondPass()
      return { Items: [] }
    },
  }
  const table = { name: 'Sessions', keys: ['pk'], ttlAttribute: 'ttl', backendStreamArn: undefined }
  const ledger = { add: () => {}, withdraw: () => {}, explains: () => false }
  const reported: string[] = []
  const report = (line: string) => void reported.push(line)
  const sweeper = startTtlSweeper({ endpoint, tables: [table], ledger, everySeconds: 0.01, report })
  onTestFinished(sweeper.stop)
  await again
  expect(reported).toEqual(['Expired items were not deleted: Error: the store is away'])
})
