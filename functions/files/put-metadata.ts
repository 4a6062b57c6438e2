import { ifMatch } from '../http/preconditions.ts'
import { protectedEndpoint } from '../sessions/protected-endpoint.ts'
import { putMetadata } from './contract.ts'
import { metadataView } from './views.ts'
import { metadata, tree } from './wiring.ts'

const needs = () => ({ metadata: metadata(), tree: tree() })

export const handler = protectedEndpoint(putMetadata, needs)
  .reading(({ path }, { tree }) => tree.keysOf(path.id))
  .run(async ({ path, body, headers, caller, ahead, now }, { metadata, tree }) => {
    const ifVersion = ifMatch(headers)
    await tree.item(path.id, caller.userId, 'write', ahead)
    const noted = { custom: JSON.stringify(body.custom), tags: body.tags, changedAt: now, changedBy: caller.userId }
    const after = await metadata.replace(path.id, noted, ifVersion)
    return { status: 200, body: metadataView(after), version: after.v }
  })
