import { createHash } from 'node:crypto'

/** SHA-256 as S3 spells it. */
export const sumOf = (text: string) => createHash('sha256').update(text).digest('base64')
