import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readAuthority } from '../../../door/authority.ts'
import { deriveCredentials } from '../../../door/credentials.ts'
import { openDoor } from '../../../door/door.ts'
import { openObserved } from '../../../door/observed.ts'
import { openObjectStore } from '../../../services/s3.ts'
import { allow, functionWith, resource } from '../../door/test-door.ts'

/** A door and a bucket in a process of their own, so that the memory they need can be seen from outside. */
const folder = mkdtempSync(join(tmpdir(), 'laptop-test-'))
const buckets = [resource('AWS::S3::Bucket', 'docs')]
const objects = await openObjectStore({ buckets, folder, onCreated: async () => {}, report: console.error })
const door = await openDoor({ host: '127.0.0.1', port: 0 })
const unused = async () => ({ status: 500, headers: {}, body: '' })
const resources = [...functionWith('f', allow('s3:*', '*')), ...buckets]
door.serve({
  resources,
  seed: 'seed',
  authority: readAuthority(resources, openObserved(folder)),
  report: console.error,
  services: {
    s3: objects.service,
    dynamodb: unused,
    sqs: unused,
    ses: unused,
    secretsmanager: unused,
    lambda: unused,
  },
})
process.on('message', () => {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
  process.send?.({ peakMegabytes: Number(kilobytes) / 1024 })
})
process.on('disconnect', () => {
  rmSync(folder, { recursive: true, force: true })
  process.exit(0)
})
process.send?.({ url: door.url, credentials: deriveCredentials('seed', 'f') })
