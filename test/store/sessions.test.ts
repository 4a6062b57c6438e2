import { startDynoxide, usingDatabase } from '../helpers/dynamodb.ts'
import { rotationRules } from './rules/rotation.ts'
import { sessionRules } from './rules/sessions.ts'

const database = usingDatabase(startDynoxide)
sessionRules(database)
rotationRules(database, { rounds: 200 })
