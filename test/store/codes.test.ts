import { startDynoxide, usingDatabase } from '../helpers/dynamodb.ts'
import { codeRules } from './rules/codes.ts'

codeRules(usingDatabase(startDynoxide))
