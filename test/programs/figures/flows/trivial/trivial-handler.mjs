// As little as a handler can do; it tells in which process, and in which thread of it, it keeps its count.
import { threadId } from 'node:worker_threads'

let calls = 0
export const handler = async (event) => ({
  statusCode: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ process: process.pid, thread: threadId, calls: ++calls, path: event.rawPath }),
})
