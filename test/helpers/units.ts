import type { ConsumedCapacity, DynamoDBClient } from '@aws-sdk/client-dynamodb'

export type Units = { read: number; write: number; calls: string[] }

/**
 * What the calls of a client cost, read from their answers. A refused write reports nothing; it is counted as the one
 * write that AWS bills for it.
 */
export function unitsOf(db: DynamoDBClient): { during(work: () => Promise<unknown>): Promise<Units> } {
  let units: Units = { read: 0, write: 0, calls: [] }
  db.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        const kind = /^(GetItem|BatchGetItem|Query)Command$/.test(commandName) ? 'read' : 'write'
        units.calls.push(commandName.replace('Command', ''))
        Object.assign(args.input, { ReturnConsumedCapacity: 'TOTAL' })
        const result = await next(args).catch((error: Error) => {
          if (error.name === 'ConditionalCheckFailedException') units.write += 1
          throw error
        })
        units[kind] += sum(
          (result.output as { ConsumedCapacity?: ConsumedCapacity | ConsumedCapacity[] }).ConsumedCapacity,
        )
        return result
      },
    { step: 'initialize' },
  )
  return {
    async during(work) {
      units = { read: 0, write: 0, calls: [] }
      await work()
      return structuredClone(units)
    },
  }
}

function sum(consumed: ConsumedCapacity | ConsumedCapacity[] | undefined): number {
  if (!consumed) throw new Error('the answer does not say what it cost')
  return [consumed].flat().reduce((total, { CapacityUnits = 0 }) => total + CapacityUnits, 0)
}
