import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, it } from 'vitest'

/** The house's directions, asked of the linter itself: `file` may not import `from`. */
const REFUSED: [file: string, from: string][] = [
  ['functions/domain/x.ts', '../store/users.ts'],
  ['functions/domain/x.ts', '../http/endpoint.ts'],
  ['functions/domain/x.ts', '../crypto/secrets.ts'],
  ['functions/domain/x.ts', '../config.ts'],
  ['functions/domain/x.ts', 'jose'],
  ['functions/domain/x.ts', '../routes/users/sign-up.ts'],
  ['functions/http/x.ts', '../store/users.ts'],
  ['functions/http/x.ts', '../triggers/send-mail.ts'],
  ['functions/store/x.ts', '../http/endpoint.ts'],
  ['functions/store/x.ts', '../routes/me/get-me.ts'],
  ['functions/store/x.ts', 'jose'],
  ['functions/crypto/x.ts', '@aws-sdk/client-dynamodb'],
  ['functions/routes/me/x.ts', './get-me.ts'],
  ['functions/routes/me/x.ts', '../users/sign-up.ts'],
  ['functions/routes/me/x.ts', '@aws-sdk/client-sqs'],
  ['functions/routes/me/x.ts', '../../../lib/settings.ts'],
  ['functions/routes/x.ts', './me/get-me.ts'],
  ['functions/triggers/x.ts', './send-mail.ts'],
  ['functions/triggers/x.ts', '@lethe/laptop/model.ts'],
  ['lib/x.ts', '../functions/config.ts'],
  ['lib/x.ts', '../packages/laptop/model.ts'],
]
const ALLOWED: [file: string, from: string][] = [
  ['functions/domain/x.ts', './errors.ts'],
  ['functions/http/x.ts', '../domain/errors.ts'],
  ['functions/routes/me/x.ts', '../callers.ts'],
  ['functions/routes/me/x.ts', '../sessions/contract.ts'],
  ['functions/routes/system/x.ts', '../../../lib/routes.ts'],
  ['functions/triggers/x.ts', '../store/users.ts'],
]

/** One run of the linter, with the project's own rules, over a file per case in a folder of its own. */
function lint(folder: string): string {
  const { vcs: _, ...rules } = JSON.parse(readFileSync('biome.json', 'utf8'))
  writeFileSync(join(folder, 'biome.json'), JSON.stringify(rules))
  for (const [number, [file, from]] of [...REFUSED, ...ALLOWED].entries()) {
    const path = join(folder, nameOf(file, number))
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, `import { x } from '${from}'\n\nconsole.log(x)\n`)
  }
  const only = '--only=style/noRestrictedImports'
  return spawnSync('biome', ['lint', only, '--max-diagnostics=none', '--colors=off', '.'], {
    cwd: folder,
  }).stderr.toString()
}

const nameOf = (file: string, number: number) => file.replace('x.ts', `x${number}.ts`)

const folder = mkdtempSync(join(tmpdir(), 'lethe-borders-'))
const said = lint(folder)
afterAll(() => rmSync(folder, { recursive: true }))

it.each(REFUSED.map((row, number) => [...row, number] as const))('%s must not import %s', (file, _, number) => {
  expect(said).toContain(`${nameOf(file, number)}:1`)
})

it.each(ALLOWED.map((row, number) => [...row, REFUSED.length + number] as const))(
  '%s may import %s',
  (file, _, number) => {
    expect(said).not.toContain(`${nameOf(file, number)}:1`)
  },
)
