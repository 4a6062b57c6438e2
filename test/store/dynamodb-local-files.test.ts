import { describe } from 'vitest'
import { startDynamoDbLocal, usingDatabase, wantsDynamoDbLocal } from '../helpers/dynamodb.ts'
import { arrivalRules } from './rules/arrivals.ts'
import { treeRules } from './rules/tree.ts'
import { treeChangeRules } from './rules/tree-changes.ts'
import { treeMoveRules } from './rules/tree-moves.ts'
import { treeRaceRules } from './rules/tree-races.ts'
import { uploadRules } from './rules/uploads.ts'
import { usageRules } from './rules/usage.ts'

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
