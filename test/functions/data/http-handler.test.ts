import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { HttpRequest } from '@smithy/core/protocols'
import { expect, it, onTestFinished } from 'vitest'
import { httpHandler } from '../../../functions/data/http-handler.ts'

/** Takes no connection beyond those that the kernel takes for it, because it never looks. */
const DEAF = `
require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, function () {
  require('node:fs').writeSync(1, String(this.address().port))
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
})`

it('gives up when no connection comes about, long before an answer would be late', async () => {
  const server = spawn(process.execPath, ['-e', DEAF])
  onTestFinished(() => void server.kill('SIGKILL'))
  const port = Number(String((await once(server.stdout, 'data'))[0]))
  for (let filling = 0; filling < 8; filling++) {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined)
    onTestFinished(() => void socket.destroy())
  }
  // The kernel has taken all that it takes.
  await new Promise((resolve) => setTimeout(resolve, 300))
  const { handle } = httpHandler({ connectionTimeout: 300, requestTimeout: 20_000 }, 'http:')
  const request = new HttpRequest({
    protocol: 'http:',
    hostname: '127.0.0.1',
    port,
    method: 'POST',
    path: '/',
    body: '{}',
  })
  await expect(handle(request)).rejects.toMatchObject({
    name: 'TimeoutError',
    message: 'no connection within 300 ms',
  })
})
