import { describe } from 'vitest'
import { startDynamoDbLocal, usingDatabase, wantsDynamoDbLocal } from '../helpers/dynamodb.ts'
import { uploadRules } from './contents/upload-store.rules.ts'
import { usageRules } from './contents/usage-store.rules.ts'
import { treeChangeRules } from './files/creating.rules.ts'
import { treeMoveRules } from './files/moving.rules.ts'
import { treeRaceRules } from './files/races.rules.ts'
import { treeRules } from './files/tree-store.rules.ts'
import { arrivalRules } from './uploads/arriving.rules.ts'

describe.runIf(wantsDynamoDbLocal())('files, the same on Amazon’s DynamoDB Local', () => {
  const database = usingDatabase(startDynamoDbLocal)
  // Fewer rounds: it is the slower one, and dynoxide goes through all of them.
  usageRules(database, { rounds: 10 })
  treeRules(database)
  treeChangeRules(database)
  treeMoveRules(database)
  treeRaceRules(database, { rounds: 10 })
  uploadRules(database)
  arrivalRules(database, { rounds: 5 })
})
