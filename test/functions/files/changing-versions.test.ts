import { startDynoxide, usingDatabase } from '../../helpers/dynamodb.ts'
import { versionRules } from './changing-versions.rules.ts'

versionRules(usingDatabase(startDynoxide))
