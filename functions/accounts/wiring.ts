import { database } from '../clients.ts'
import { config } from '../config.ts'
import { once } from '../once.ts'
import { codeStore } from './code-store.ts'
import { userStore } from './user-store.ts'

export const users = once(() => userStore(database(), config.usersTable()))
export const codes = once(() => codeStore(database(), config.codesTable()))
