import { startDynoxide, usingDatabase } from '../../helpers/dynamodb.ts'
import { purgeRules } from './purging.rules.ts'
import { purgeMessageRules } from './purging-messages.rules.ts'

const database = usingDatabase(startDynoxide)
purgeRules(database)
purgeMessageRules(database)
