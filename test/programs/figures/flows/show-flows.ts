import { hasProc } from '../processes.ts'
import type { Verdicts } from '../verdicts.ts'
import { titleOf } from './install-peers.ts'
import { measureFlows } from './measure-flows.ts'

export async function showFlows({ atLeast, atMost }: Verdicts): Promise<void> {
  console.log('\nLethe on a laptop beside a yardstick and beside its peers')
  if (!hasProc) return console.log('needs /proc, which only Linux has')
  const { users, trivial } = await measureFlows()
  const { lethe, yardstick, betterAuth } = users
  const { serverlessOffline } = trivial

  const flow = (name: string, key: keyof typeof lethe) => row(name, lethe[key], yardstick[key], betterAuth[key])
  row('16 connections', 'Lethe', 'yardstick', titleOf('better-auth'))
  flow('GET /me (session check) /s', 'checks')
  flow('refresh /s', 'refreshes')
  flow('sign-in, default hashes /s', 'signIns')
  flow('memory after the load (PSS), MB', 'memory')

  const rate = (name: string, key: keyof typeof serverlessOffline) =>
    row(name, trivial.lethe[key], trivial.yardstick[key], serverlessOffline[key])
  row('trivial route', 'Lethe', 'yardstick', `${titleOf('serverless-offline')} on ${titleOf('osls')}`)
  rate('10 connections /s', 'with10')
  rate('50 connections /s', 'with50')

  atLeast('GET /me over the yardstick', lethe.checks / yardstick.checks, 0.75)
  atLeast('refresh over the yardstick', lethe.refreshes / yardstick.refreshes, 0.75)
  atLeast('sign-in over better-auth', lethe.signIns / betterAuth.signIns, 2)
  atMost('MB of memory after the load', lethe.memory, 500)
  atLeast('10 connections over serverless-offline', trivial.lethe.with10 / serverlessOffline.with10, 1)
  atLeast('50 connections over serverless-offline', trivial.lethe.with50 / serverlessOffline.with50, 3)
}

function row(name: string, ...cells: (string | number)[]): void {
  const texts = cells.map((cell) => (typeof cell === 'number' ? cell.toFixed(cell < 100 ? 1 : 0) : cell))
  console.log(name.padEnd(32) + texts.map((text) => `  ${text.padStart(9)}`).join(''))
}
