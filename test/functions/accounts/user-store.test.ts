import { startDynoxide, usingDatabase } from '../../helpers/dynamodb.ts'
import { userRules } from './user-store.rules.ts'

userRules(usingDatabase(startDynoxide))
