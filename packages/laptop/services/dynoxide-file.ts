import { DatabaseSync } from 'node:sqlite'

/** As long as AWS keeps stream records. */
const RECORD_LIFE_SECONDS = 24 * 3600

const ORDER = '_stream_records (table_name, CAST(sequence_number AS INTEGER))'
/** Older states have this index under another name. */
const FIND_INDEX = `SELECT name FROM sqlite_master WHERE type = 'index' AND instr(sql, '${ORDER}') > 0`
const CREATE_INDEX = `CREATE INDEX laptop_stream_order ON ${ORDER}`
const TRIM = `DELETE FROM _stream_records
  WHERE created_at < ? AND id NOT IN (SELECT MAX(id) FROM _stream_records GROUP BY table_name)`

/**
 * dynoxide 1.2.1 keeps stream records for ever, and reads all of them whenever a stream is written or read: with 12,000
 * records this takes 3 ms. The index makes it independent of their number. Records older than a day are deleted, as in
 * AWS, except the newest one of each table: dynoxide counts the next sequence number from it.
 */
export function tidyStreams(databasePath: string): void {
  const database = new DatabaseSync(databasePath, { timeout: 5_000 })
  try {
    if (!database.prepare(FIND_INDEX).get()) database.exec(CREATE_INDEX)
    database.prepare(TRIM).run(Math.floor(Date.now() / 1000) - RECORD_LIFE_SECONDS)
  } finally {
    database.close()
  }
}
