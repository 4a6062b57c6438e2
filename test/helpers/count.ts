import { appendFileSync } from 'node:fs'
import { afterAll, chai, expect } from 'vitest'

/**
 * `LETHE_COUNT=<file>`: what each test file does, a line of JSON for each, to compare two versions of a suite.
 * `asserted` are the expectations that stand in test files; those of helpers grow and shrink with the requests.
 */
const file = process.env.LETHE_COUNT
if (file) {
  const counted = { expectations: 0, asserted: 0, requests: 0, sleptMs: 0 }
  countExpectations()
  countRequests()
  countSleep()
  const start = performance.now()
  afterAll(() => {
    const ms = Math.round(performance.now() - start)
    appendFileSync(file, `${JSON.stringify({ file: expect.getState().testPath, ms, ...counted })}\n`)
  })

  /** Each `expect(...)` of a test, and none of its preparation, is told which test it is of. */
  function countExpectations(): void {
    const prototype = chai.Assertion.prototype as unknown as { withTest(test: unknown): unknown }
    const { withTest } = prototype
    prototype.withTest = function (this: unknown, test: unknown) {
      counted.expectations++
      const caller = callers().find((name) => !/node_modules|helpers\/count/.test(name))
      if (caller && /\.(test|rules)\.ts$/.test(caller)) counted.asserted++
      return withTest.call(this, test)
    }
  }

  function countRequests(): void {
    const { fetch } = globalThis
    globalThis.fetch = (input, init) => {
      if (process.env.LETHE_URL && String(input).startsWith(process.env.LETHE_URL)) counted.requests++
      return fetch(input, init)
    }
  }

  function countSleep(): void {
    const { setTimeout } = globalThis
    const counting = (work: (...args: unknown[]) => void, ms?: number, ...rest: unknown[]) => {
      if (callers().some((name) => name.includes('/test/e2e/'))) counted.sleptMs += ms ?? 0
      return setTimeout(work, ms, ...rest)
    }
    globalThis.setTimeout = Object.assign(counting, setTimeout) as typeof setTimeout
  }
}

/** The files that led here. */
function callers(): string[] {
  const { stackTraceLimit, prepareStackTrace } = Error
  Error.stackTraceLimit = 8
  Error.prepareStackTrace = (_, frames) => frames.map((frame) => String(frame.getFileName()))
  const { stack } = new Error('only its callers are asked for')
  Object.assign(Error, { stackTraceLimit, prepareStackTrace })
  return stack as unknown as string[]
}
