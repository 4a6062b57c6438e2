import { StartFailure } from './start-failure.ts'

/** Ends the process with what `main` gives; a failure ends it with 1 and, where it was foreseen, one sentence. */
export async function endWith(main: () => Promise<number>): Promise<never> {
  try {
    process.exit(await main())
  } catch (error) {
    // A plain Error names what is not understood; any other is a mistake of ours, and its stack is wanted.
    const isForeseen = error instanceof StartFailure || (error instanceof Error && error.constructor === Error)
    console.error(isForeseen ? error.message : error)
    process.exit(1)
  }
}
