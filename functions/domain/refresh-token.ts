export type RefreshToken = { userId: string; sid: string; family: string; secret: string }

const ID = '[A-Za-z0-9_-]{16,64}'
const FORMAT = new RegExp(`^v1\\.(${ID})\\.(${ID})\\.([A-Za-z0-9_-]{22})\\.([A-Za-z0-9_-]{43})$`)

export function formatRefreshToken({ userId, sid, family, secret }: RefreshToken): string {
  return `v1.${userId}.${sid}.${family}.${secret}`
}

export function parseRefreshToken(text: string): RefreshToken | undefined {
  const [, userId, sid, family, secret] = FORMAT.exec(text) ?? []
  if (!userId || !sid || !family || !secret) return undefined
  return { userId, sid, family, secret }
}
