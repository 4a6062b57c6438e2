import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { betterAuth } from './better-auth.ts'
import { inTurn } from './in-turn.ts'
import { installPeers } from './install-peers.ts'
import { lethe } from './lethe.ts'
import { measureUsers } from './measure-users.ts'
import { measureTrivialRoute } from './trivial/measure-trivial-route.ts'
import { startServerlessOffline, startTrivialLethe, startTrivialYardstick } from './trivial/servers.ts'
import { yardstick } from './yardstick/yardstick.ts'

const { FLOWS_ROUNDS = '2', FLOWS_MS = '2500' } = process.env

/** Lethe beside a yardstick of its own shape and beside its peers. */
export async function measureFlows() {
  const peers = await mkdtemp(join(tmpdir(), 'lethe-peers-'))
  const rounds = Number(FLOWS_ROUNDS)
  const milliseconds = Number(FLOWS_MS)
  try {
    await installPeers(peers)
    const users = await inTurn(rounds, { lethe, yardstick, betterAuth: betterAuth(peers) }, (contender) =>
      measureUsers(contender, milliseconds),
    )
    const servers = {
      lethe: startTrivialLethe,
      yardstick: startTrivialYardstick,
      serverlessOffline: () => startServerlessOffline(peers),
    }
    const trivial = await inTurn(rounds, servers, (start) =>
      measureTrivialRoute(peers, Math.ceil(milliseconds / 1000), start),
    )
    return { users, trivial }
  } finally {
    await rm(peers, { recursive: true })
  }
}
