import { startDynoxide, usingDatabase } from '../helpers/dynamodb.ts'
import { userRules } from './rules/users.ts'

userRules(usingDatabase(startDynoxide))
