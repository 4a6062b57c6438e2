import { startDynoxide, usingDatabase } from '../../helpers/dynamodb.ts'
import { rotationRules } from './rotation.rules.ts'
import { sessionRules } from './session-store.rules.ts'

const database = usingDatabase(startDynoxide)
sessionRules(database)
rotationRules(database, { rounds: 200 })
