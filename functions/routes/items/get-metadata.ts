import { protectedEndpoint, together } from '../../http/endpoint.ts'
import { metadataStore } from '../../store/metadata.ts'
import { checkCaller, db } from '../callers.ts'
import { filesTable, tree } from '../file-tree.ts'
import { getMetadata, metadataView } from './contract.ts'

const metadata = metadataStore(db, filesTable)

export const handler = protectedEndpoint(getMetadata, checkCaller).run(async ({ path, caller }) => {
  const [, found] = await together(tree.item(path.id, caller.userId, 'read'), metadata.read(path.id))
  return { status: 200, body: metadataView(found), version: found.v }
})
