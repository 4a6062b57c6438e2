import { hashOf, newSecret } from '../crypto/secrets.ts'
import { filesTable, tree } from '../files/wiring.ts'
import { protectedEndpoint } from '../http/endpoint.ts'
import { checkCaller, db } from '../sessions/wiring.ts'
import { type Link, linkEnd } from './link.ts'
import { createLink, linkView } from './link-contract.ts'
import { linkStore } from './link-store.ts'

const links = linkStore(db, filesTable)

export const handler = protectedEndpoint(createLink, checkCaller).run(async ({ path, body, caller, now }) => {
  const expiresAt = linkEnd(body.expiresAt, now)
  await tree.listed('file', path.id, caller.userId, 'own')
  const token = newSecret()
  const link: Link = {
    id: hashOf(token),
    item: path.id,
    owner: caller.userId,
    createdAt: now,
    expiresAt,
    issued: 0,
    ...(body.mostUses === undefined ? {} : { most: body.mostUses }),
  }
  await links.create(link)
  return { status: 201, body: { ...linkView(link), token } }
})
