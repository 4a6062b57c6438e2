import { readFile } from 'node:fs/promises'
import type { Place } from '../../helpers/people.ts'
import { inWork, PATH, root } from './paths.ts'
import { run } from './processes.ts'

/** Tests that cannot pass because MiniStack 1.5.33 does otherwise than AWS, and how. */
const DEVIATIONS: Record<string, string> = {
  'methods that a path has no route for are not found, and none is a fault':
    'OPTIONS without a CORS configuration is answered with 403, not 404',
  'a foreign origin is not let in': 'OPTIONS without a CORS configuration is answered with 403, not 404',
  'a header or claims that are JSON but no object': 'makes the gateway answer 500',
  'headers of S3 that were not signed are refused': 'x-amz-meta-* need not be signed there',
}

/** Runs the end-to-end suite, which knows nothing of MiniStack; `slow` repeats less. */
export async function endToEnd({ api, outbox }: Place, pace: 'fast' | 'slow', log: string): Promise<void> {
  const vitest = (...args: string[]) =>
    run({
      file: 'vitest',
      args: [...args, '--project', 'e2e'],
      log: inWork(log),
      cwd: root,
      env: { ...process.env, PATH, NO_COLOR: '1', LETHE_URL: api, LETHE_OUTBOX: outbox, LETHE_E2E_PACE: pace },
    })
  const list = inWork('tests.json')
  await vitest('list', `--json=${list}`)
  checkDeviations(JSON.parse(await readFile(list, 'utf8')))
  // Some files wait for a minute: more of them at once than there are processors.
  await vitest(
    'run',
    '--maxWorkers=4',
    '--testNamePattern',
    `^(?!.*(${Object.keys(DEVIATIONS).map(literally).join('|')})$)`,
  )
}

/** A test that was renamed or taken away must not be left out by accident of its old name. */
function checkDeviations(tests: { name: string }[]): void {
  for (const name of Object.keys(DEVIATIONS)) {
    const found = tests.filter((test) => test.name.endsWith(name))
    if (found.length !== 1) throw new Error(`expected one test of the name "${name}", found ${found.length}`)
  }
}

/** RegExp.escape would escape every space, too, and nobody could read the command in a failure. */
const literally = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
