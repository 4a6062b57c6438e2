import { together } from '../http/together.ts'
import { protectedEndpoint } from '../sessions/protected-endpoint.ts'
import { getMetadata } from './contract.ts'
import { metadataView } from './views.ts'
import { metadata, tree } from './wiring.ts'

const needs = () => ({ metadata: metadata(), tree: tree() })

export const handler = protectedEndpoint(getMetadata, needs)
  .reading(({ path }, { tree }) => tree.keysOf(path.id))
  .run(async ({ path, caller, ahead }, { metadata, tree }) => {
    const [, found] = await together(tree.item(path.id, caller.userId, 'read', ahead), metadata.read(path.id))
    return { status: 200, body: metadataView(found), version: found.v }
  })
