import {
  BatchGetItemCommand,
  DynamoDBClient,
  GetItemCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import { mockClient } from 'aws-sdk-client-mock'
import { beforeEach, describe, expect, it } from 'vitest'
import { objectKey, uploadStore } from '../../../functions/contents/upload-store.ts'
import { usageStore } from '../../../functions/contents/usage-store.ts'
import { toItem } from '../../../functions/data/item.ts'
import { creating } from '../../../functions/files/creating.ts'
import { moving } from '../../../functions/files/moving.ts'
import { treeStore } from '../../../functions/files/tree-store.ts'
import { sweepStore } from '../../../functions/system/sweep-store.ts'
import { arriving } from '../../../functions/uploads/arriving.ts'
import { NOW } from '../../helpers/builders.ts'
import { anUpload, LIMITS, memoryObjects } from '../../helpers/files.ts'

const db = new DynamoDBClient({ region: 'us-east-1' })
const dynamo = mockClient(db)
beforeEach(() => {
  dynamo.reset()
})

const tree = treeStore(db, 'Files')
const uploads = uploadStore(db, 'Files')
const usage = usageStore(db, 'Files')
const objects = memoryObjects()
const { settle } = arriving({ db, filesTable: 'Files', tree, uploads, objects })
const sweep = sweepStore(db, 'Files')
const upload = anUpload()
const { owner } = upload
const author = { caller: owner, now: NOW }
const unavailable = { code: 'store_unavailable' }

/** Every call that the stores of files make, but for those of trash, versions and shares. */
const CALLS: Record<string, () => Promise<unknown>> = {
  'tree.find': () => tree.find('file', owner),
  'tree.child': () => tree.child(owner, 'name'),
  'tree.children': () => tree.children(owner, { limit: 1 }),
  'usage.reserve': () => usage.reserve(owner, { id: 'id', size: 1, at: NOW }, LIMITS),
  'usage.settle': () => usage.settle(owner, 'id'),
  'usage.release': () => usage.release(owner, { id: 'id', size: 1 }),
  'usage.open': () => usage.open(owner),
  'usage.read': () => usage.read(owner, LIMITS),
  setQuota: () => usage.setQuota({ userId: owner, own: 1, otherwise: 2 }),
  'uploads.find': () => uploads.find('id'),
  'uploads.findAll': () => uploads.findAll(['id']),
  'uploads.create': () => uploads.create(upload),
  'uploads.noteScan': () => uploads.noteScan('id', 'clean'),
  'uploads.giveUp': () => uploads.giveUp(upload, 'ended', NOW),
  'uploads.free': () => uploads.free(upload, 'released', NOW),
  'uploads.lose': () => uploads.lose(upload, NOW),
  'uploads.forget': () => uploads.forget('id'),
  'arrivals.settle': () => settle('id', NOW),
  'changes.createFolder': () =>
    creating(db, 'Files', tree).createFolder('id', { folderId: 'root', name: 'name' }, author),
  'moves.move': () => moving(db, 'Files', tree).move('file', 'id', { name: 'name' }, author, undefined),
  'sweep.readCursor': () => sweep.readCursor(),
  'sweep.keepCursor': () => sweep.keepCursor({ in: 'bucket', asks: false, askedAt: 0 }),
  'sweep.page': () => sweep.page(undefined),
}

const FAULTS = [
  'ThrottlingException',
  'InternalServerError',
  'TimeoutError',
  'AccessDeniedException',
  'ValidationException',
]
const fault = (name: string) => Object.assign(new Error(`${name} for a test`), { name })

describe.each(Object.keys(CALLS))('%s never answers for a store that fails', (name) => {
  it.each(FAULTS)('%s', async (kind) => {
    dynamo.onAnyCommand().rejects(fault(kind))
    await expect(CALLS[name]?.()).rejects.toMatchObject({ ...unavailable, cause: { name: kind } })
  })
})

describe('an arrival', () => {
  const cancelled = (...codes: string[]) =>
    new TransactionCanceledException({
      $metadata: {},
      message: 'Transaction cancelled',
      CancellationReasons: codes.map((Code) => ({ Code })),
    })
  const { id, ...fields } = upload
  const sent = () => dynamo.commandCalls(TransactWriteItemsCommand).length

  beforeEach(() => {
    objects.arrive(upload)
    dynamo.on(GetItemCommand).resolves({})
    dynamo.on(GetItemCommand, { Key: objectKey(id) }).resolves({ Item: { ...objectKey(id), ...toItem(fields) } })
    dynamo.on(BatchGetItemCommand).resolves({})
    dynamo.on(UpdateItemCommand).resolves({})
  })

  it('that met a conflict is tried again', async () => {
    dynamo
      .on(TransactWriteItemsCommand)
      .rejectsOnce(cancelled('None', 'TransactionConflict', 'None'))
      .resolves({})
    expect(await settle(id, NOW)).toMatchObject({ state: 'ready' })
    expect(sent()).toBe(2)
  })

  it('that meets nothing but conflicts has not happened, and frees no place among the open', async () => {
    dynamo.on(TransactWriteItemsCommand).rejects(cancelled('TransactionConflict', 'None', 'None'))
    await expect(settle(id, NOW)).rejects.toMatchObject(unavailable)
    expect(sent()).toBe(3)
    expect(dynamo.commandCalls(UpdateItemCommand)).toHaveLength(0)
  })

  it('whose record changes again and again is given to the next who speaks of it', async () => {
    dynamo.on(TransactWriteItemsCommand).rejects(cancelled('None', 'ConditionalCheckFailed', 'None'))
    await expect(settle(id, NOW)).rejects.toMatchObject(unavailable)
    expect(dynamo.commandCalls(UpdateItemCommand)).toHaveLength(0)
  })
})
