import { startDynoxide, usingDatabase } from '../helpers/dynamodb.ts'
import { mailLogRules } from './rules/mail-log.ts'

mailLogRules(usingDatabase(startDynoxide))
