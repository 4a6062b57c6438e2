import type { Use } from '../things.ts'

/** Bodies of public routes are tried in `bad-bodies.test.ts`. */
export const uses: Record<string, Use> = {
  'POST /users': { status: 202, public: true },
  'POST /users/verify': { status: 201, public: true },
  'POST /sessions': { status: 201, public: true },
  'GET /me': { status: 200 },
  'GET /me/usage': { status: 200 },
  'PATCH /me': { status: 200, json: () => ({ name: 'First' }) },
  'DELETE /me': { status: 204 },
}
