import { startDynoxide, usingDatabase } from '../../helpers/dynamodb.ts'
import { treeRules } from './tree-store.rules.ts'

treeRules(usingDatabase(startDynoxide))
