import { hashOf, newSecret } from '../crypto/secrets.ts'
import { tree } from '../files/wiring.ts'
import { protectedEndpoint } from '../sessions/protected-endpoint.ts'
import { createLink } from './contract.ts'
import { type Link, linkEnd } from './link.ts'
import { linkView } from './views.ts'
import { links } from './wiring.ts'

const needs = () => ({ links: links(), tree: tree() })

export const handler = protectedEndpoint(createLink, needs)
  .reading(({ path }, { tree }) => tree.keysOf(path.id))
  .run(async ({ path, body, caller, ahead, now }, { links, tree }) => {
    const expiresAt = linkEnd(body.expiresAt, now)
    await tree.listed('file', path.id, caller.userId, 'own', ahead)
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
