import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { becomeUser, newAddress, type Place, signIn } from '../../helpers/people.ts'
import { aUser } from './a-user.ts'
import { tryFalseMessages } from './false-messages.ts'
import { compareWithGrants, grantsOfRun, tryWhatIsNotGranted } from './grants.ts'
import { type Laptop, startLaptop } from './laptop.ts'
import { operatorOf } from './operator.ts'
import { tryQuota } from './quota.ts'
import { endToEnd, smallLimits } from './suite.ts'
import { trySweep } from './sweep.ts'

/**
 * The end-to-end suite on the laptop cloud in both lifecycles, on one state: what the first run left behind must serve
 * the second. The first has a function for each route, the second one for each zone, as it is deployed. Then the actions
 * seen at the door are held against the grants of both templates, both ways: so every row is held to its own words.
 */
const state = await mkdtemp(join(tmpdir(), 'lethe-laptop-'))
const emails = [newAddress(), newAddress()] as const
let laptop: Laptop | undefined
try {
  // Weaker hashes first: both runs raise the cost, and renew one at the next sign-in.
  laptop = await startLaptop({ state, flags: ['-c', 'passwordMemoryMib=19'] })
  for (const email of emails) await becomeUser(laptop, email)
  const start = await laptop.stop()

  laptop = await startLaptop({
    state,
    flags: ['--lifecycle=per-request', '-c', 'functionPer=route', ...smallLimits('slow')],
  })
  const perRoute = grantsOfRun('route')
  await signIn(laptop, emails[0])
  await step('end-to-end, a function for each route, a new process for each request', laptop, 'slow')
  await tryWhatIsNotGranted(laptop, state)
  const first = await laptop.stop()

  // All nouns at once: with few processes each function would start again and again.
  laptop = await startLaptop({ state, flags: ['--lifecycle=warm', '--environments=8', ...smallLimits('fast')] })
  const perZone = grantsOfRun('zone')
  await signIn(laptop, emails[1])
  await step('end-to-end, a function for each zone, warm', laptop, 'fast')
  await tryWhatIsNotGranted(laptop, state)
  const operator = operatorOf(laptop, state)
  await tryQuota(await aUser(laptop), operator)
  await trySweep(await aUser(laptop), operator)
  await tryFalseMessages(await aUser(laptop), operator)
  console.log('quota, sweep and false messages, by an operator')
  const second = await laptop.stop()

  compareWithGrants(perRoute, [start, first, second])
  compareWithGrants(perZone, [start, second])
  console.log('actions observed at the door are the actions granted')
} finally {
  await laptop?.stop()
  await rm(state, { recursive: true })
}

async function step(name: string, place: Place, pace: 'slow' | 'fast') {
  const start = performance.now()
  await endToEnd(place, pace)
  console.log(`${name}: ${((performance.now() - start) / 1000).toFixed(0)} s`)
}
