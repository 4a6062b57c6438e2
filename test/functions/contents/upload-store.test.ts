import { startDynoxide, usingDatabase } from '../../helpers/dynamodb.ts'
import { uploadRules } from './upload-store.rules.ts'

uploadRules(usingDatabase(startDynoxide))
