import { protectedEndpoint, together } from '../http/endpoint.ts'
import { checkCaller, db } from '../sessions/wiring.ts'
import { getMetadata, metadataView } from './metadata-contract.ts'
import { metadataStore } from './metadata-store.ts'
import { filesTable, tree } from './wiring.ts'

const metadata = metadataStore(db, filesTable)

export const handler = protectedEndpoint(getMetadata, checkCaller).run(async ({ path, caller }) => {
  const [, found] = await together(tree.item(path.id, caller.userId, 'read'), metadata.read(path.id))
  return { status: 200, body: metadataView(found), version: found.v }
})
