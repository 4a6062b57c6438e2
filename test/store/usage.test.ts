import { startDynoxide, usingDatabase } from '../helpers/dynamodb.ts'
import { usageRules } from './rules/usage.ts'

usageRules(usingDatabase(startDynoxide), { rounds: 200 })
