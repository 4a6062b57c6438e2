import { startDynoxide, usingDatabase } from '../helpers/dynamodb.ts'
import { versionRules } from './rules/versions.ts'

versionRules(usingDatabase(startDynoxide))
