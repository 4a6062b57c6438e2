import { startDynoxide, usingDatabase } from '../helpers/dynamodb.ts'
import { treeRules } from './rules/tree.ts'

treeRules(usingDatabase(startDynoxide))
