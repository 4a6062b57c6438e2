import * as v from 'valibot'
import { type Contract, id, isoTime, time } from '../http/contract.ts'
import { checkCustom, MOST_TAG_LENGTH, MOST_TAGS } from './metadata.ts'
import type { Metadata } from './metadata-store.ts'

const path = v.strictObject({ id })

const jsonObject = v.record(v.string(), v.unknown())

/** Looked at before anything copies it: copying would drop keys or fail on depth without a word. */
const custom = v.pipe(
  v.unknown(),
  v.rawCheck(({ dataset, addIssue }) => {
    const wrong = dataset.typed ? checkCustom(dataset.value) : undefined
    if (wrong) addIssue({ message: wrong })
  }),
  jsonObject,
)

const tag = v.pipe(
  v.string(),
  v.minLength(1, 'must not be empty'),
  v.maxLength(MOST_TAG_LENGTH, `must be at most ${MOST_TAG_LENGTH} characters`),
  v.check((value) => value.isWellFormed(), 'must be well-formed Unicode'),
  v.check((value) => value.normalize('NFC') === value, 'must be in Unicode normal form C'),
  v.regex(/^\P{Cc}*$/u, 'must not contain control characters'),
  v.regex(/[^\p{Z}\p{Cf}\p{M}]/u, 'must not be empty'),
)

const tags = v.pipe(
  v.array(tag),
  v.maxLength(MOST_TAGS, `must be at most ${MOST_TAGS}`),
  v.check((all) => new Set(all).size === all.length, 'must differ from each other'),
)

const metadata = v.strictObject({
  custom: jsonObject,
  tags: v.array(v.string()),
  revision: v.number(),
  /** Left out while there is none yet. */
  changedAt: v.optional(time),
  changedBy: v.optional(id),
})

export function metadataView({ custom, tags, v: revision, changedAt, changedBy }: Metadata) {
  return {
    custom: JSON.parse(custom) as Record<string, unknown>,
    tags: [...tags],
    revision,
    ...(changedAt === undefined ? {} : { changedAt: isoTime(changedAt) }),
    ...(changedBy === undefined ? {} : { changedBy }),
  }
}

export const getMetadata = {
  summary: 'What is noted about a file or folder. Revision 0 says that nothing is, yet.',
  path,
  answers: { 200: metadata },
  problems: ['item_not_found'],
} as const satisfies Contract

export const putMetadata = {
  summary: 'Note this about a file or folder, in place of what was noted. If-Match "0" asks that nothing was.',
  path,
  body: v.strictObject({ custom, tags }),
  answers: { 200: metadata },
  problems: ['item_not_found', 'read_only', 'version_conflict'],
  versioned: true,
} as const satisfies Contract
