import { endpoint } from '../http/endpoint.ts'
import { openapiDocument } from '../http/openapi.ts'
import { once } from '../once.ts'
import { routes } from '../rows.ts'
import { getOpenapi } from './contract.ts'

/** Made by the first request that asks for it: the health check shares the function, and must not wait for it. */
const document = once(() => openapiDocument(routes))

export const handler = endpoint(getOpenapi).run(async () => ({ status: 200, body: document() }))
