import { call } from './client.ts'
import { must, type User } from './files.ts'

export type Access = 'read' | 'write'
export type Share = {
  id: string
  address: string
  access: Access
  state: 'offered' | 'accepted'
  createdAt: string
  userId?: string
}
export type SharedItem = {
  itemId: string
  kind: 'file' | 'folder'
  name: string
  ownerId: string
  access: Access
  state: 'offered' | 'accepted'
  since: string
}
type Busy = { mayBeBusy?: true }

export const offer = ({ token }: User, id: string, email: string, access: Access, busy: Busy = {}) =>
  call<Share>('POST', `/items/${id}/shares`, { token, json: { email, access }, ...busy })

export const accept = ({ token }: User, id: string, busy: Busy = {}) =>
  call<SharedItem>('POST', `/shared-with-me/${id}/acceptance`, { token, ...busy })

export const leave = ({ token }: User, id: string) => call('DELETE', `/shared-with-me/${id}`, { token })

export const unshare = ({ token }: User, id: string, shareId: string) =>
  call('DELETE', `/items/${id}/shares/${shareId}`, { token })

type Page = { items?: SharedItem[]; shares?: Share[]; nextCursor?: string }

/** Two at a time, following the cursors. */
async function pages({ token }: User, path: string): Promise<Page[]> {
  const found: Page[] = []
  let cursor: string | undefined
  do {
    const query: string = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const page: Page = await must(200, call<Page>('GET', `${path}limit=2${query}`, { token }))
    found.push(page)
    cursor = page.nextCursor
  } while (cursor !== undefined)
  return found
}

export async function sharedWith(by: User, state?: 'offered' | 'accepted'): Promise<SharedItem[]> {
  const found = await pages(by, `/shared-with-me?${state ? `state=${state}&` : ''}`)
  return found.flatMap(({ items = [] }) => items)
}

export async function sharesOf(by: User, id: string): Promise<Share[]> {
  return (await pages(by, `/items/${id}/shares?`)).flatMap(({ shares = [] }) => shares)
}

/** Offered and accepted. */
export async function share(owner: User, id: string, guest: User, access: Access): Promise<string> {
  const { id: shareId } = await must(201, offer(owner, id, guest.email, access))
  await must(200, accept(guest, id))
  return shareId
}
