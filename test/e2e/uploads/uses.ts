import { MIB } from '../files.ts'
import { randomContent, sha256 } from '../s3.ts'
import { idOf, type Use } from '../things.ts'

const content = randomContent(5)
const digest = sha256(content)

export const uses: Record<string, Use> = {
  'POST /files': {
    status: 201,
    json: () => ({ folderId: 'root', name: 'new', size: content.length, type: 'text/plain', sha256: digest }),
    optional: ['folderId', 'type'],
  },
  'GET /uploads': { status: 200 },
  'GET /uploads/{id}': { status: 200, ids: idOf('open') },
  'POST /uploads/{id}/parts': {
    status: 200,
    ids: idOf('open'),
    json: () => ({ parts: [{ number: 2, size: 4 * MIB, sha256: digest }] }),
  },
  'POST /uploads/{id}/completion': { status: 200, ids: idOf('sent') },
  'DELETE /uploads/{id}': { status: 204, ids: idOf('open') },
}
