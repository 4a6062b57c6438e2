import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { dynoxideBinary } from '../../services/dynoxide-binary.ts'
import { temporaryFolder } from '../temporary-folder.ts'

describe('on a platform whose package the lock file leaves out', () => {
  const platform = 'plan9-mips'

  it('dynoxide is installed once, saying so', () => {
    const toolFolder = join(temporaryFolder(), '.sample')
    const reported: string[] = []
    const installs: string[][] = []
    const npm = (args: string[]) => {
      installs.push(args)
      const folder = join(toolFolder, 'node_modules', '@dynoxide', platform)
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, 'dynoxide'), '')
    }
    const options = { toolFolder, report: (line: string) => void reported.push(line), platform, npm }
    const path = dynoxideBinary(options)
    expect(path).toBe(join(toolFolder, 'node_modules', '@dynoxide', platform, 'dynoxide'))
    expect(dynoxideBinary(options)).toBe(path)
    expect(reported).toEqual([`Installing @dynoxide/plan9-mips@1.2.1 into ${toolFolder}, once.`])
    expect(installs).toEqual([
      ['install', '--prefix', toolFolder, '--no-save', '--no-audit', '--no-fund', '@dynoxide/plan9-mips@1.2.1'],
    ])
  })

  it.each([
    [
      'npm fails',
      () => {
        throw new Error('E404')
      },
    ],
    ['the package holds no binary', () => {}],
  ])('the start names the way out if %s', (_what, npm) => {
    const options = {
      toolFolder: temporaryFolder(),
      report: () => {},
      platform,
      npm,
      endpointVariable: 'SAMPLE_ENDPOINT',
    }
    expect(() => dynoxideBinary(options)).toThrow(
      '@dynoxide/plan9-mips@1.2.1 cannot be installed: set SAMPLE_ENDPOINT to a DynamoDB-compatible endpoint.',
    )
  })
})
