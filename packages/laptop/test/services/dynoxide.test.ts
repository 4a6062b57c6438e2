import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, it, onTestFinished } from 'vitest'
import { startDynamodb } from '../../services/dynamodb.ts'
import { type DynamodbEndpoint, dynamodbEndpoint } from '../../services/dynamodb-endpoint.ts'
import { startDynoxide } from '../../services/dynoxide.ts'
import { dynoxideBinary } from '../../services/dynoxide-binary.ts'
import { tidyStreams } from '../../services/dynoxide-file.ts'
import { StartFailure } from '../../start-failure.ts'
import { tableResource } from '../door/test-door.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const start = async (databasePath: string, onFailure: (error: Error) => void = () => {}) => {
  const dynoxide = await startDynoxide({
    binary: dynoxideBinary({ toolFolder: '/nowhere', report: () => {} }),
    databasePath,
    onFailure,
  })
  onTestFinished(dynoxide.stop)
  return dynoxide
}
const pidOf = (databasePath: string) => Number(readFileSync(`${databasePath}.pid`, 'utf8'))

it('answers from the moment it is started until it is stopped', async () => {
  const { url, stop } = await start(join(temporaryFolder(), 'tables.sqlite'))
  expect(await dynamodbEndpoint(url).call('ListTables', {})).toEqual({ TableNames: [] })
  await stop()
  const refused = await new Promise((resolve) => connect(Number(new URL(url).port), '127.0.0.1').once('error', resolve))
  expect(refused).toMatchObject({ code: 'ECONNREFUSED' })
})

it('ends the one that a killed laptop cloud left on the same file', async () => {
  const databasePath = join(temporaryFolder(), 'tables.sqlite')
  const { promise: ended, resolve } = Promise.withResolvers<Error>()
  await start(databasePath, resolve)
  const leftover = pidOf(databasePath)
  await start(databasePath)
  expect((await ended).message).toContain('ended by itself')
  expect(pidOf(databasePath)).not.toBe(leftover)
})

it('leaves a process alone that merely has the id of a leftover', async () => {
  const databasePath = join(temporaryFolder(), 'tables.sqlite')
  const other = join(temporaryFolder(), 'other.sqlite')
  const { url } = await start(other)
  writeFileSync(`${databasePath}.pid`, String(pidOf(other)))
  await start(databasePath)
  expect(await dynamodbEndpoint(url).call('ListTables', {})).toEqual({ TableNames: [] })
})

it('explains in one sentence why a damaged file cannot be used', async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'tables.sqlite'), 'no database '.repeat(1000))
  const failure = startDynamodb({ tables: [], folder, toolFolder: '/nowhere' })
  await expect(failure).rejects.toThrow(StartFailure)
  await expect(failure).rejects.toThrow(/does not start with .*tables\.sqlite: .*not a valid SQLite database/)
  expect(existsSync(join(folder, 'tables.sqlite.pid'))).toBe(false)
})

it('is not waited for for ever, and not left behind', async () => {
  const folder = temporaryFolder()
  const binary = join(folder, 'silent')
  writeFileSync(binary, `#!/bin/sh\necho $$ > ${folder}/pid\nexec sleep 60\n`, { mode: 0o755 })
  const databasePath = join(folder, 'tables.sqlite')
  await expect(startDynoxide({ binary, databasePath, onFailure: () => {}, patienceMs: 300 })).rejects.toThrow(
    StartFailure,
  )
  const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'))
  expect(() => process.kill(pid, 0)).toThrow('ESRCH')
})

it('that is missing is a failure to start', async () => {
  const options = { binary: '/nowhere/dynoxide', databasePath: join(temporaryFolder(), 'x'), onFailure: () => {} }
  await expect(startDynoxide(options)).rejects.toThrow(/does not start .*ENOENT/)
})

it('reports its own end', async () => {
  const folder = temporaryFolder()
  const { promise: failed, resolve } = Promise.withResolvers<Error>()
  const dynamodb = await startDynamodb({ tables: [], folder, toolFolder: '/nowhere', onFailure: resolve })
  onTestFinished(dynamodb.stop)
  process.kill(pidOf(join(folder, 'tables.sqlite')), 'SIGKILL')
  expect((await failed).message).toContain('ended by itself')
})

it('keeps the stream records of a day, and of older ones the last, from which numbers are counted', async () => {
  const folder = temporaryFolder()
  const databasePath = join(folder, 'tables.sqlite')
  const stream = { StreamSpecification: { StreamViewType: 'KEYS_ONLY' } }
  const dynamodb = await startDynamodb({ tables: [tableResource('Users', stream)], folder, toolFolder: '/nowhere' })
  await dynamodb.stop()
  const { url } = await start(databasePath)
  const endpoint: DynamodbEndpoint = dynamodbEndpoint(url)
  const put = (pk: string) => endpoint.call('PutItem', { TableName: 'Users', Item: { pk: { S: pk }, sk: { S: 's' } } })
  for (const pk of ['a', 'b', 'c']) await put(pk)
  const inFile = (sql: string) => {
    const database = new DatabaseSync(databasePath)
    try {
      return database.prepare(sql).all()
    } finally {
      database.close()
    }
  }
  inFile('UPDATE _stream_records SET created_at = created_at - 86500')
  tidyStreams(databasePath)
  await put('d')
  tidyStreams(databasePath)
  expect(inFile('SELECT sequence_number AS number FROM _stream_records ORDER BY id')).toEqual([{ number: '4' }])
  const plan = inFile(
    "EXPLAIN QUERY PLAN SELECT MAX(CAST(sequence_number AS INTEGER)) FROM _stream_records WHERE table_name = 'Users'",
  )
  expect(JSON.stringify(plan)).toContain('USING COVERING INDEX laptop_stream_order')
  inFile('DROP INDEX laptop_stream_order')
  const older = 'CREATE INDEX older ON _stream_records (table_name, CAST(sequence_number AS INTEGER))'
  inFile(older)
  tidyStreams(databasePath)
  const indexes = inFile("SELECT sql FROM sqlite_master WHERE type = 'index' AND sql LIKE '%CAST%'")
  expect(indexes, 'an older state keeps its index and gets no second one').toEqual([{ sql: older }])
})
