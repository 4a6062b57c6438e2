import type { Answer, Call } from '../../door/call.ts'
import { writeCondition } from './conditions.ts'
import type { BucketFiles } from './object-files.ts'

/** Deleting what is not there succeeds too. */
export async function deleteObject(files: BucketFiles, key: string, call: Call): Promise<Answer> {
  await files.remove(key, writeCondition(call.headers))
  return { status: 204, headers: {}, body: '' }
}
