import { protectedEndpoint } from '../sessions/protected-endpoint.ts'
import { getMetadata } from './contract.ts'
import { metadataView } from './views.ts'
import { metadata, tree } from './wiring.ts'

const needs = () => ({ metadata: metadata(), tree: tree() })

export const handler = protectedEndpoint(getMetadata, needs)
  .reading(({ path }, { metadata, tree }) => [...tree.keysOf(path.id), metadata.keyOf(path.id)])
  .run(async ({ path, caller, ahead }, { metadata, tree }) => {
    await tree.item(path.id, caller.userId, 'read', ahead)
    const found = await metadata.read(path.id, ahead)
    return { status: 200, body: metadataView(found), version: found.v }
  })
