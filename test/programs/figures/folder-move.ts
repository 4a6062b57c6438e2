import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { moving } from '../../../functions/files/moving.ts'
import { anId, NOW } from '../../helpers/builders.ts'
import { startDynoxide, TABLES } from '../../helpers/dynamodb.ts'
import { treeIn, withFolder, withFolders } from '../../helpers/files.ts'
import { seedFiles } from './seeded-files.ts'

const FILES = 10_000

/** The items that each write of a move holds. A folder moves into one that had folders before, and back to the root. */
export async function measureFolderMove(): Promise<{ files: number; writes: number[][] }> {
  const database = await startDynoxide()
  try {
    const owner = anId()
    const [target] = await withFolders(database, owner, ['target', 'in it'])
    const folder = await withFolder(database, { owner, name: 'of ten thousand' })
    await seedFiles(database, owner, FILES, folder)
    const author = { caller: owner, now: NOW }
    const { move } = moving(database.db, TABLES.files, treeIn(database))
    const into = (folderId: string) => () => move('folder', folder.id, { folderId }, author, undefined)
    // The target learns once how deep it is by now, in a write before the move.
    await into(target?.id ?? '')()
    await into('root')()
    const during = writesOf(database.db)
    const writes = [await during(into(target?.id ?? '')), await during(into('root'))]
    const { children } = await treeIn(database).children(folder.id, { limit: 100 })
    if (children.length !== 100) throw new Error('the files did not come along')
    return { files: FILES, writes }
  } finally {
    await database.stop()
  }
}

/** How many items each writing call of a client holds, in their order. */
function writesOf(db: DynamoDBClient) {
  let writes: number[] = []
  db.middlewareStack.add(
    (next, { commandName = '' }) =>
      (args) => {
        const { TransactItems } = args.input as { TransactItems?: object[] }
        if (TransactItems) writes.push(TransactItems.length)
        else if (/^(Put|Update|Delete)Item/.test(commandName)) writes.push(1)
        else if (!/^(Get|BatchGet)Item|^Query/.test(commandName)) throw new Error(`what does ${commandName} write?`)
        return next(args)
      },
    { step: 'initialize' },
  )
  return async (work: () => Promise<unknown>): Promise<number[]> => {
    writes = []
    await work()
    return writes
  }
}
