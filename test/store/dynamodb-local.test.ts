import { describe } from 'vitest'
import { startDynamoDbLocal, usingDatabase, wantsDynamoDbLocal } from '../helpers/dynamodb.ts'
import { codeRules } from './rules/codes.ts'
import { mailLogRules } from './rules/mail-log.ts'
import { rotationRules } from './rules/rotation.ts'
import { sessionRules } from './rules/sessions.ts'
import { userRules } from './rules/users.ts'

describe.runIf(wantsDynamoDbLocal())('the same on Amazon’s DynamoDB Local', () => {
  const database = usingDatabase(startDynamoDbLocal)
  // Fewer rounds: it is the slower one, and dynoxide goes through all of them.
  rotationRules(database, { rounds: 10 })
  sessionRules(database)
  userRules(database)
  codeRules(database)
  mailLogRules(database)
})
