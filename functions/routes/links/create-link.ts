import { hashOf, newSecret } from '../../crypto/secrets.ts'
import { type Link, linkEnd } from '../../domain/links.ts'
import { protectedEndpoint } from '../../http/endpoint.ts'
import { linkStore } from '../../store/links.ts'
import { checkCaller, db } from '../callers.ts'
import { filesTable, tree } from '../file-tree.ts'
import { createLink, linkView } from './contract.ts'

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
