import { protectedEndpoint } from '../http/endpoint.ts'
import { ifMatch } from '../http/preconditions.ts'
import { checkCaller, db } from '../sessions/wiring.ts'
import { metadataView, putMetadata } from './metadata-contract.ts'
import { metadataStore } from './metadata-store.ts'
import { filesTable, tree } from './wiring.ts'

const metadata = metadataStore(db, filesTable)

export const handler = protectedEndpoint(putMetadata, checkCaller).run(async ({ path, body, headers, caller, now }) => {
  const ifVersion = ifMatch(headers)
  await tree.item(path.id, caller.userId, 'write')
  const noted = { custom: JSON.stringify(body.custom), tags: body.tags, changedAt: now, changedBy: caller.userId }
  const after = await metadata.replace(path.id, noted, ifVersion)
  return { status: 200, body: metadataView(after), version: after.v }
})
