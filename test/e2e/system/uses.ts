import type { Use } from '../things.ts'

export const uses: Record<string, Use> = {
  'GET /openapi.json': { status: 200, public: true },
  'GET /health': { status: 200, public: true },
}
