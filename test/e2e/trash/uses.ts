import { idOf, type Use } from '../things.ts'

export const uses: Record<string, Use> = {
  'DELETE /files/{id}': { status: 204, ids: idOf('toTrash') },
  'DELETE /folders/{id}': { status: 204, ids: idOf('folderToTrash') },
  'GET /trash': { status: 200 },
  'POST /trash/{id}/restoration': {
    status: 200,
    ids: idOf('toRestore'),
    json: () => ({ name: 'restored', folderId: 'root' }),
    optional: ['name', 'folderId'],
  },
  'DELETE /trash/{id}': { status: 204, ids: idOf('toRemove') },
}
