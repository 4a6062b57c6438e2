import { startDynoxide, usingDatabase } from '../helpers/dynamodb.ts'
import { treeChangeRules } from './rules/tree-changes.ts'
import { treeMoveRules } from './rules/tree-moves.ts'
import { treeRaceRules } from './rules/tree-races.ts'

const database = usingDatabase(startDynoxide)
treeChangeRules(database)
treeMoveRules(database)
treeRaceRules(database, { rounds: 200 })
