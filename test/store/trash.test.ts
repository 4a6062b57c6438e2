import { startDynoxide, usingDatabase } from '../helpers/dynamodb.ts'
import { trashRules } from './rules/trash.ts'

trashRules(usingDatabase(startDynoxide))
