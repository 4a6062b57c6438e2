import { startDynoxide, usingDatabase } from '../../helpers/dynamodb.ts'
import { trashRules } from './trash-store.rules.ts'

trashRules(usingDatabase(startDynoxide))
