import { idOf, type Use } from '../things.ts'

const file = idOf('file')
const folder = idOf('folder')
const place = (name: string) => ({ json: () => ({ name, folderId: 'root' }), optional: ['name', 'folderId'] })

export const uses: Record<string, Use> = {
  'GET /files/{id}': { status: 200, ids: file },
  'GET /files/{id}/content': { status: 302, ids: file },
  'PATCH /files/{id}': { status: 200, ids: file, ...place('renamed') },
  'POST /files/{id}/copies': { status: 201, ids: file, ...place('copy') },
  'GET /files/{id}/versions': { status: 200, ids: file },
  'POST /files/{id}/versions/{version}/restoration': { status: 200, ids: ({ file }) => ({ id: file, version: '1' }) },
  'DELETE /files/{id}/versions/{version}': { status: 204, ids: ({ file }) => ({ id: file, version: '2' }) },
  'POST /folders': { status: 201, ...place('new folder'), optional: ['folderId'] },
  'GET /folders/{id}': { status: 200, ids: folder },
  'GET /folders/{id}/children': { status: 200, ids: folder },
  'PATCH /folders/{id}': { status: 200, ids: folder, ...place('renamed folder') },
  'GET /items/{id}/metadata': { status: 200, ids: folder },
  'PUT /items/{id}/metadata': { status: 200, ids: file, json: () => ({ custom: { a: 'b' }, tags: ['c'] }) },
}
