import { startDynoxide, usingDatabase } from '../helpers/dynamodb.ts'
import { uploadRules } from './rules/uploads.ts'

uploadRules(usingDatabase(startDynoxide))
