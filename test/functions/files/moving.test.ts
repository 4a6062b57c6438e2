import { startDynoxide, usingDatabase } from '../../helpers/dynamodb.ts'
import { treeChangeRules } from './creating.rules.ts'
import { treeMoveRules } from './moving.rules.ts'
import { treeRaceRules } from './races.rules.ts'

const database = usingDatabase(startDynoxide)
treeChangeRules(database)
treeMoveRules(database)
treeRaceRules(database, { rounds: 40 })
