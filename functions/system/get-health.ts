import { config } from '../config.ts'
import { database } from '../data/table.ts'
import { endpoint } from '../http/endpoint.ts'
import { publicKeyStore } from '../keys/public-key-store.ts'
import { getHealth } from './contract.ts'

const keys = publicKeyStore(database(), config.sessionsTable())

export const handler = endpoint(getHealth).run(async ({ now }) => {
  await keys.reach(now)
  return { status: 200, body: { status: 'ok' } }
})
