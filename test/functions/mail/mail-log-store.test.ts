import { startDynoxide, usingDatabase } from '../../helpers/dynamodb.ts'
import { mailLogRules } from './mail-log-store.rules.ts'

mailLogRules(usingDatabase(startDynoxide))
