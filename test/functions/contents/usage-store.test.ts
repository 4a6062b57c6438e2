import { startDynoxide, usingDatabase } from '../../helpers/dynamodb.ts'
import { usageRules } from './usage-store.rules.ts'

usageRules(usingDatabase(startDynoxide), { rounds: 200 })
