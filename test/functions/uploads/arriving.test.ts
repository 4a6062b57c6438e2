import { startDynoxide, usingDatabase } from '../../helpers/dynamodb.ts'
import { arrivalRules } from './arriving.rules.ts'
import { fileArrivalRules } from './arriving-files.rules.ts'

const database = usingDatabase(startDynoxide)
arrivalRules(database, { rounds: 20 })
fileArrivalRules(database)
