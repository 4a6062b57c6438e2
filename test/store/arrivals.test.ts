import { startDynoxide, usingDatabase } from '../helpers/dynamodb.ts'
import { arrivalRules } from './rules/arrivals.ts'
import { fileArrivalRules } from './rules/file-arrivals.ts'

const database = usingDatabase(startDynoxide)
arrivalRules(database, { rounds: 20 })
fileArrivalRules(database)
