import { startDynoxide, usingDatabase } from '../../helpers/dynamodb.ts'
import { treeMoveRules } from './moving.rules.ts'
import { treeRaceRules } from './races.rules.ts'
import { treeChangeRules } from './tree-changes.rules.ts'

const database = usingDatabase(startDynoxide)
treeChangeRules(database)
treeMoveRules(database)
treeRaceRules(database, { rounds: 200 })
