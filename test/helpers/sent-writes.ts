import type { DynamoDBClient, TransactWriteItemsInput } from '@aws-sdk/client-dynamodb'

/** What transactions of a client hold: for each of them the kinds of its writes. */
export function transactionsOf(db: DynamoDBClient): string[][] {
  const sent: string[][] = []
  db.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName === 'TransactWriteItemsCommand') {
          const { TransactItems = [] } = args.input as TransactWriteItemsInput
          sent.push(TransactItems.flatMap((write) => Object.keys(write)))
        }
        return next(args)
      },
    { step: 'initialize' },
  )
  return sent
}

/** Lets something happen just before the n-th call of this kind, and before any other that is on its way by then. */
export function justBefore(
  db: DynamoDBClient,
  command: string,
  happening: () => Promise<unknown>,
  { nth = 1 }: { nth?: number } = {},
): void {
  let count = 0
  let happened: Promise<unknown> | undefined
  db.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName === `${command}Command` && ++count >= nth) {
          happened ??= happening()
          await happened
        }
        return next(args)
      },
    { step: 'initialize' },
  )
}
