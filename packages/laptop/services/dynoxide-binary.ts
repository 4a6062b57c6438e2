import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { StartFailure } from '../start-failure.ts'

/** The version of package.json, which has it for one platform. On others it is installed when it is needed. */
const VERSION = '1.2.1'

export type BinaryOptions = {
  /** Where the package is installed, once, if npm has not installed it for this platform. */
  toolFolder: string
  report: (line: string) => void
  /** The environment variable that names another DynamoDB, for the message when there is no binary. */
  endpointVariable?: string | undefined
  platform?: string
  npm?: (args: string[]) => void
}

export function dynoxideBinary(options: BinaryOptions): string {
  const { toolFolder, report, endpointVariable, platform, npm = runNpm } = options
  const packageName = `@dynoxide/${platform ?? `${process.platform}-${process.arch}`}`
  const existing = findBinary(packageName, toolFolder)
  if (existing !== undefined) return existing
  report(`Installing ${packageName}@${VERSION} into ${toolFolder}, once.`)
  mkdirSync(toolFolder, { recursive: true })
  const advice = endpointVariable ? `: set ${endpointVariable} to a DynamoDB-compatible endpoint` : ''
  const failed = (cause?: unknown) =>
    new StartFailure(`${packageName}@${VERSION} cannot be installed${advice}.`, { cause })
  try {
    npm(['install', '--prefix', toolFolder, '--no-save', '--no-audit', '--no-fund', `${packageName}@${VERSION}`])
  } catch (cause) {
    throw failed(cause)
  }
  const installed = findBinary(packageName, toolFolder)
  if (installed === undefined) throw failed()
  return installed
}

function findBinary(packageName: string, toolFolder: string): string | undefined {
  const file = packageName.includes('/win32-') ? 'dynoxide.exe' : 'dynoxide'
  const ownFolders = createRequire(import.meta.url).resolve.paths(packageName) ?? []
  const candidates = [...ownFolders, join(toolFolder, 'node_modules')].map((folder) => join(folder, packageName, file))
  return candidates.find((path) => existsSync(path))
}

function runNpm(args: string[]): void {
  const isWindows = process.platform === 'win32'
  execFileSync(isWindows ? 'npm.cmd' : 'npm', args, { stdio: 'pipe', shell: isWindows })
}
