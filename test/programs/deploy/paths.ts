import { join } from 'node:path'

export const root = join(import.meta.dirname, '../../..')
export const virtualEnvironment = join(root, '.lethe/ministack')
/** Logs and the assembly of the latest run; emptied when the next one starts. */
export const work = join(root, '.lethe/deploy')
export const inWork = (name: string) => join(work, name)
/** The project's Node and its CDK come first, whatever the machine has. */
export const PATH = `${join(root, 'node_modules/.bin')}:${process.env.PATH}`
