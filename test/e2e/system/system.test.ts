import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { call } from '../client.ts'
import { type Document, document, documentedRoutes, misfit } from '../openapi.ts'

describe('the system', () => {
  test('says that it is alive', async () => {
    const { status, body } = await call('GET', '/health')
    expect({ status, body }).toEqual({ status: 200, body: { status: 'ok' } })
  })

  test('describes itself in OpenAPI 3.1, the same each time', async () => {
    const { body } = await call<Document>('GET', '/openapi.json')
    expect(body).toEqual(document)
    expect(body.openapi).toMatch(/^3\.1\.\d+$/)
    expect(Object.keys(body.components.schemas)).toEqual(expect.arrayContaining(['Problem', 'GatewayError']))
    expect(body.components.securitySchemes).toMatchObject({ accessToken: { type: 'http', scheme: 'bearer' } })
  })

  test('describes every route with a summary, its parameters and its answers, in schemas that compile', async () => {
    for (const { method, path, operation } of documentedRoutes) {
      // Compiling takes long enough for connections to be closed unnoticed.
      await setImmediate()
      const where = `${method} ${path}`
      expect(operation.summary, where).toMatch(/\S/)
      const variables = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      const inPath = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path')
      expect(
        inPath.map(({ name }) => name),
        where,
      ).toEqual(variables)
      expect(
        Object.keys(operation.responses).some((status) => status.startsWith('2')),
        where,
      ).toBe(true)
      for (const [status, { content = {} }] of Object.entries(operation.responses)) {
        for (const type of Object.keys(content)) {
          const place = ['paths', path, method.toLowerCase(), 'responses', status, 'content', type, 'schema']
          expect(misfit(place, 'never a whole answer'), `${where} ${status}`).toBeDefined()
        }
      }
    }
  })

  test('describes no route that the gateway does not know', async () => {
    for (const { method, path } of documentedRoutes) {
      const { status } = await call(method, path.replace(/\{\w+\}/g, 'x'.repeat(22)))
      expect(status, `${method} ${path}`).not.toBe(404)
    }
  })

  test('tells neither its software nor its inner life in any header', async () => {
    for (const target of ['/health', '/me', '/nothing']) {
      const { headers } = await call('GET', target)
      for (const name of ['x-powered-by', 'server-timing', 'x-aspnet-version', 'via'])
        expect(headers.get(name)).toBeNull()
      expect(headers.get('server') ?? '').not.toMatch(/\d/)
    }
  })
})
