import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { importsIn } from '../helpers/imports-in.ts'

const root = join(import.meta.dirname, '../..')
const files = ['bin', 'lib'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `${folder}/${file}`),
)

/** The deployment reads rows; it knows no handler, and nothing of the cloud on a laptop. */
it.each(files)('%s imports of functions/ the rows alone', (file) => {
  const imported = importsIn(readFileSync(join(root, file), 'utf8'))
  expect(imported.filter((from) => /functions\/|packages\/|local\/|@lethe\//.test(from) && !ROWS.test(from))).toEqual(
    [],
  )
})

const ROWS = /\/functions\/(rows|zones|http\/row)\.ts$/
