import type { CloudFormationCustomResourceEvent } from 'aws-lambda'
import { routeKey, routes } from '../../../../functions/rows.ts'
import { startDynoxide } from '../../../helpers/dynamodb.ts'
import { startFakeCloud } from '../../../helpers/fake-cloud.ts'
import type { RouteCalls } from '../calls.ts'
import { serveAllRoutes } from './api.ts'
import { type Cost, startRecorder } from './recorder.ts'
import { serveSurroundings } from './surroundings.ts'

/** A process of its own: handlers read their variables once, and the suites look for the deployment when they load. */
process.send?.(await countCalls())
process.disconnect()

async function countCalls(): Promise<RouteCalls[]> {
  await using parts = new AsyncDisposableStack()
  const database = await startDynoxide()
  parts.defer(database.stop)
  const cloud = await startFakeCloud(database)
  parts.defer(cloud.stop)
  const recorder = await startRecorder(cloud)
  parts.defer(recorder.close)
  const surroundings = await serveSurroundings(cloud)
  parts.defer(surroundings.close)
  Object.assign(process.env, recorder.variables, { FILES_ENDPOINT: surroundings.url })
  await makeKeys(cloud.url)
  const api = await serveAllRoutes()
  parts.defer(api.close)
  Object.assign(process.env, { LETHE_URL: api.url, LETHE_OUTBOX: surroundings.url })
  const costs = await costsOfAll(recorder)
  return routes.map((route) => ({ route: routeKey(route), ...costs.get(routeKey(route))! }))
}

async function makeKeys(url: string): Promise<void> {
  const { handler } = await import('../../../../functions/keys/on-deployment.ts')
  const event = { RequestType: 'Create', StackId: 'stack', ResponseURL: `${url}/cloudformation` }
  await handler(event as CloudFormationCustomResourceEvent)
}

/** Each with a new user, twice: the first time loads what is loaded late, the second one counts. */
async function costsOfAll({ during }: Awaited<ReturnType<typeof startRecorder>>): Promise<Map<string, Cost>> {
  const { IN_ORDER, rightfulRequest, userWithThings } = await import('./rightful-requests.ts')
  const { call } = await import('../../../e2e/client.ts')
  const costs = new Map<string, Cost>()
  for (const user of [await userWithThings(), await userWithThings()]) {
    for (const name of IN_ORDER) {
      const request = await rightfulRequest(name, user)
      // It reads the public keys, which are then known for half a minute.
      await call('GET', '/health')
      costs.set(name, await during(request))
    }
  }
  return costs
}
