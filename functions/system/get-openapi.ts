import { endpoint } from '../http/endpoint.ts'
import { openapiDocument } from '../http/openapi.ts'
import { routes } from '../rows.ts'
import { getOpenapi } from './contract.ts'

const needs = () => ({ document: openapiDocument(routes) })

export const handler = endpoint(getOpenapi, needs).run(async (_, { document }) => ({ status: 200, body: document }))
