import { newAddress } from '../accounts.ts'
import { idOf, type Things, type Use } from '../things.ts'

const file = idOf('file')
const link = ({ file, link }: Things) => ({ id: file, linkId: link })
const tomorrow = () => new Date(Date.now() + 86_400_000).toISOString()

export const uses: Record<string, Use> = {
  'POST /items/{id}/shares': { status: 201, ids: file, json: () => ({ email: newAddress(), access: 'read' }) },
  'GET /items/{id}/shares': { status: 200, ids: idOf('folder') },
  'DELETE /items/{id}/shares/{shareId}': { status: 204, ids: ({ folder, share }) => ({ id: folder, shareId: share }) },
  'GET /shared-with-me': { status: 200 },
  'POST /shared-with-me/{id}/acceptance': { status: 200, ids: idOf('accepted') },
  'DELETE /shared-with-me/{id}': { status: 204, ids: idOf('declined') },
  'POST /files/{id}/links': {
    status: 201,
    ids: file,
    json: () => ({ expiresAt: tomorrow(), mostUses: 3 }),
    optional: ['mostUses'],
  },
  'GET /files/{id}/links': { status: 200, ids: file },
  'GET /files/{id}/links/{linkId}/uses': { status: 200, ids: link },
  'DELETE /files/{id}/links/{linkId}': { status: 204, ids: link },
  'POST /links/open': { status: 200, json: ({ linkToken }) => ({ token: linkToken }), public: true },
}
