import { protectedEndpoint } from '../../http/endpoint.ts'
import { ifMatch } from '../../http/version.ts'
import { metadataStore } from '../../store/metadata.ts'
import { checkCaller, db } from '../callers.ts'
import { filesTable, tree } from '../file-tree.ts'
import { metadataView, putMetadata } from './contract.ts'

const metadata = metadataStore(db, filesTable)

export const handler = protectedEndpoint(putMetadata, checkCaller).run(async ({ path, body, headers, caller, now }) => {
  const ifVersion = ifMatch(headers)
  await tree.item(path.id, caller.userId, 'write')
  const noted = { custom: JSON.stringify(body.custom), tags: body.tags, changedAt: now, changedBy: caller.userId }
  const after = await metadata.replace(path.id, noted, ifVersion)
  return { status: 200, body: metadataView(after), version: after.v }
})
