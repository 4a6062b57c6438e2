import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Exact, so that a later run is the same run. They are no dependencies of Lethe: each run installs them anew. */
const PEERS = { 'better-auth': '1.7.7', autocannon: '9.0.0', 'serverless-offline': '14.8.2', osls: '4.3.1' }

export const titleOf = (peer: keyof typeof PEERS) => `${peer} ${PEERS[peer]}`

export async function installPeers(folder: string): Promise<void> {
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies: PEERS }))
  // serverless-offline asks for Serverless Framework 4, which needs an account; osls runs it without.
  const flags = ['--legacy-peer-deps', '--ignore-scripts', '--no-audit', '--no-fund']
  await run('npm', ['install', ...flags], { cwd: folder })
}
