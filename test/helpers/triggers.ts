import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { afterAll, afterEach, beforeAll, beforeEach, vi } from 'vitest'
import { NOW } from './builders.ts'
import { startDynoxide, usingDatabase } from './dynamodb.ts'
import { type FakeCloud, startFakeCloud } from './fake-cloud.ts'
import { clockAt } from './routes.ts'

/** One trigger as it runs in Lambda, over a database of its own and a cloud that can be made to fail. */
export function usingTrigger<H extends { ready(): void }>(load: () => Promise<{ handler: H }>) {
  const database = usingDatabase(startDynoxide)
  const logged: string[] = []
  let cloud: FakeCloud
  let handler: H

  beforeAll(async () => {
    cloud = await startFakeCloud(database())
    Object.assign(process.env, cloud.variables)
    ;({ handler } = await load())
    handler.ready()
  })
  afterAll(() => cloud.stop())
  beforeEach(() => {
    clockAt(NOW)
    cloud.forget()
    logged.length = 0
    for (const level of ['info', 'error'] as const) {
      vi.spyOn(console, level).mockImplementation((...line: unknown[]) => void logged.push(line.join(' ')))
    }
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.restoreAllMocks()
  })
  return { database, cloud: () => cloud, handler: () => handler, logged }
}

/** Delivers the bodies as one batch of a queue; gives the numbers of those that failed. */
export async function deliver(
  handler: (event: SQSEvent) => Promise<SQSBatchResponse>,
  ...bodies: unknown[]
): Promise<number[]> {
  const Records = bodies.map((body, number) => ({
    messageId: String(number),
    body: typeof body === 'string' ? body : JSON.stringify(body),
  }))
  const { batchItemFailures } = await handler({ Records } as SQSEvent)
  return batchItemFailures.map(({ itemIdentifier }) => Number(itemIdentifier))
}
