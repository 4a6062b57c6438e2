import type { TestProject } from 'vitest/node'
import { becomeUser, newAddress, PASSWORD } from '../helpers/people.ts'
import type { Profile } from './accounts.ts'
import type { Document } from './openapi.ts'
import { BASE_URL, MAIL_DOMAIN, OUTBOX_URL } from './pace.ts'

declare module 'vitest' {
  interface ProvidedContext {
    document: Document
    stranger: { id: string; email: string; password: string }
  }
}

/** What all files need and none changes, asked for and made once. */
export async function setup({ provide }: TestProject): Promise<void> {
  provide('document', await ask<Document>('/openapi.json'))
  const email = newAddress(MAIL_DOMAIN)
  const { accessToken } = await becomeUser({ api: BASE_URL, outbox: OUTBOX_URL }, email)
  const { id } = await ask<Profile>('/me', accessToken)
  provide('stranger', { id, email, password: PASSWORD })
}

async function ask<Body>(path: string, token?: string): Promise<Body> {
  const answer = await fetch(`${BASE_URL}${path}`, token ? { headers: { authorization: `Bearer ${token}` } } : {})
  if (!answer.ok) throw new Error(`GET ${path}: ${answer.status} ${await answer.text()}`)
  return (await answer.json()) as Body
}
