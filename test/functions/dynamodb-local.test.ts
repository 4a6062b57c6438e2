import { describe } from 'vitest'
import { startDynamoDbLocal, usingDatabase, wantsDynamoDbLocal } from '../helpers/dynamodb.ts'
import { codeRules } from './accounts/code-store.rules.ts'
import { userRules } from './accounts/user-store.rules.ts'
import { mailLogRules } from './mail/mail-log-store.rules.ts'
import { rotationRules } from './sessions/rotation.rules.ts'
import { sessionRules } from './sessions/session-store.rules.ts'

describe.runIf(wantsDynamoDbLocal())('the same on Amazon’s DynamoDB Local', () => {
  const database = usingDatabase(startDynamoDbLocal)
  // Fewer rounds: it is the slower one, and dynoxide goes through all of them.
  rotationRules(database, { rounds: 10 })
  sessionRules(database)
  userRules(database)
  codeRules(database)
  mailLogRules(database)
})
