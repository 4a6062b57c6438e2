import * as accounts from './accounts/uses.ts'
import * as files from './files/uses.ts'
import * as sessions from './sessions/uses.ts'
import * as sharing from './sharing/uses.ts'
import * as system from './system/uses.ts'
import type { Use } from './things.ts'
import * as trash from './trash/uses.ts'
import * as uploads from './uploads/uses.ts'

/** Of the nouns that keep files: their bodies are all tried on the same things. */
export const FILE_USES: Record<string, Use> = { ...uploads.uses, ...files.uses, ...sharing.uses, ...trash.uses }

/** How each route is used rightfully, in an order in which none spoils the next. */
export const USES: Record<string, Use> = { ...system.uses, ...FILE_USES, ...sessions.uses, ...accounts.uses }
