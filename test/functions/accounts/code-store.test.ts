import { startDynoxide, usingDatabase } from '../../helpers/dynamodb.ts'
import { codeRules } from './code-store.rules.ts'

codeRules(usingDatabase(startDynoxide))
