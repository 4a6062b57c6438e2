import { StartFailure } from './start-failure.ts'

/** Ends the process with the exit code of `main`, or with 1 if it throws. An expected failure is one sentence. */
export async function endWith(main: () => Promise<number>): Promise<never> {
  try {
    process.exit(await main())
  } catch (error) {
    // A plain Error says what is not understood. Any other kind is a bug here: show its stack.
    const isForeseen = error instanceof StartFailure || (error instanceof Error && error.constructor === Error)
    console.error(isForeseen ? error.message : error)
    process.exit(1)
  }
}
