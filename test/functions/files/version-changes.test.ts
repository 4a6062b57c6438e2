import { startDynoxide, usingDatabase } from '../../helpers/dynamodb.ts'
import { versionRules } from './version-changes.rules.ts'

versionRules(usingDatabase(startDynoxide))
