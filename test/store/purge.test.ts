import { startDynoxide, usingDatabase } from '../helpers/dynamodb.ts'
import { purgeRules } from './rules/purge.ts'
import { purgeMessageRules } from './rules/purge-messages.ts'

const database = usingDatabase(startDynoxide)
purgeRules(database)
purgeMessageRules(database)
