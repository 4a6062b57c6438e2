import { endpoint } from '../http/endpoint.ts'
import { publicKeys } from '../keys/wiring.ts'
import { getHealth } from './contract.ts'

const needs = () => ({ keys: publicKeys() })

export const handler = endpoint(getHealth, needs).run(async ({ now }, { keys }) => {
  await keys.reach(now)
  return { status: 200, body: { status: 'ok' } }
})
