import { idOf, type Use } from '../things.ts'

export const uses: Record<string, Use> = {
  'POST /sessions/refresh': { status: 200, public: true },
  'GET /sessions': { status: 200 },
  'DELETE /sessions/{id}': { status: 204, ids: idOf('session') },
  'DELETE /sessions/current': { status: 204 },
  'DELETE /sessions': { status: 204 },
}
