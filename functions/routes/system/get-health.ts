import { config } from '../../config.ts'
import { endpoint } from '../../http/endpoint.ts'
import { database } from '../../store/database.ts'
import { publicKeyStore } from '../../store/public-keys.ts'
import { getHealth } from './contract.ts'

const keys = publicKeyStore(database(), config.sessionsTable())

export const handler = endpoint(getHealth).run(async ({ now }) => {
  await keys.reach(now)
  return { status: 200, body: { status: 'ok' } }
})
