import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb'
import { fromItem, type Item } from '../../functions/data/item.ts'
import { changingVersions } from '../../functions/files/changing-versions.ts'
import { creating } from '../../functions/files/creating.ts'
import type { ListedFile } from '../../functions/files/item.ts'
import { moving } from '../../functions/files/moving.ts'
import { listedItem, type Tree } from '../../functions/files/tree-store.ts'
import { versionItem, versionStore } from '../../functions/files/version-store.ts'
import { accepting } from '../../functions/sharing/accepting.ts'
import { offering } from '../../functions/sharing/offering.ts'
import { shareStore } from '../../functions/sharing/share-store.ts'
import { restoring } from '../../functions/trash/restoring.ts'
import { trashStore } from '../../functions/trash/trash-store.ts'
import { trashing } from '../../functions/trash/trashing.ts'
import { NOW } from './builders.ts'
import { clientOf, type DynamoDb, TABLES } from './dynamodb.ts'
import { anUpload, LIMITS, treeIn, uploadsIn, usageIn } from './files.ts'
import { putRaw, rawItem, rawItemsWith } from './raw-items.ts'

export const trashOver = (db: DynamoDBClient, tree: Tree) => ({
  ...trashStore(db, TABLES.files),
  trash: trashing(db, TABLES.files, tree),
  restore: restoring(db, TABLES.files, tree),
})
export const trashIn = (database: DynamoDb) => trashOver(database.db, treeIn(database))
export const sharesIn = (database: DynamoDb) => ({
  ...shareStore(database.db, TABLES.files),
  ...offering(database.db, TABLES.files),
  ...accepting(database.db, TABLES.files, treeIn(database)),
})
export const movesIn = (database: DynamoDb) => moving(database.db, TABLES.files, treeIn(database))
export const changesIn = (database: DynamoDb) => creating(database.db, TABLES.files, treeIn(database))
export const versionsIn = ({ db }: DynamoDb) => versionStore(db, TABLES.files)
export const versionChangesIn = (database: DynamoDb) => changingVersions(database.db, TABLES.files, treeIn(database))

/** Another content takes the place of the current one, as an upload of the same name does. */
export async function withNewVersion(
  database: DynamoDb,
  current: ListedFile,
  { owner, size = 10 }: { owner: string; size?: number },
): Promise<ListedFile> {
  const object = anUpload({ owner, size, state: 'ready', refs: 1, node: current.id })
  await usageIn(database).reserve(owner, { id: object.id, size, at: NOW }, LIMITS)
  await usageIn(database).settle(owner, object.id)
  await uploadsIn(database).create(object)
  const next = { ...current, object: object.id, size, version: current.version + 1, v: current.v + 1 }
  await putRaw(database, TABLES.files, versionItem(current))
  await putRaw(database, TABLES.files, listedItem(next))
  return next
}

/** How many hold the content, by what is in the table, and by its own count. */
export async function holders(database: DynamoDb, object: string) {
  const holding = await rawItemsWith(database, TABLES.files, 'object', object)
  const { refs } = fromItem<{ refs: number }>((await rawItem(database, TABLES.files, `O#${object}`, 'obj')) ?? {})
  return { holding: holding.length, refs }
}

/** Everything that is remembered. */
export async function allItems({ db }: DynamoDb): Promise<Item[]> {
  const found: Item[] = []
  let after: Item | undefined
  do {
    const start = after ? { ExclusiveStartKey: after } : {}
    const page = await db.send(new ScanCommand({ TableName: TABLES.files, ConsistentRead: true, ...start }))
    found.push(...(page.Items ?? []))
    after = page.LastEvaluatedKey
  } while (after)
  return found
}

/** A client that lets something happen before its first call of this kind. */
export function interrupted({ url }: DynamoDb, happening: () => Promise<unknown>, call = 'TransactWriteItemsCommand') {
  const db = clientOf(url)
  let happened: Promise<unknown> | undefined
  db.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName === call) {
          happened ??= happening()
          await happened
        }
        return next(args)
      },
    { step: 'initialize' },
  )
  return db
}
