import { beforeAll, describe, expect, test } from 'vitest'
import { call, expectProblem } from '../client.ts'
import { type Content, complete, expectContent, must, newUser, SOON, scannedFile, send, type User } from '../files.ts'
import { SCANNER } from '../pace.ts'
import { randomContent } from '../s3.ts'

/** The test file that every scanner reports. In parts, or scanners would report this repository. */
const EICAR = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR', 'STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('-')

const bytes = (text: string): Content => new Uint8Array(Buffer.from(text, 'latin1'))
/** The head of a ZIP whose first file is encrypted: nobody can look into it. */
const LOCKED = bytes(`PK\u0003\u0004\u0014\u0000\u0001${'\u0000'.repeat(60)}`)

let user: User

beforeAll(async () => {
  user = await newUser()
})

async function scanned(name: string, content: Content): Promise<{ id: string; scan: string }> {
  const { id } = await send(user, { name, content })
  const { upload } = await must(200, complete(user, id))
  const scan = async () => (await scannedFile(user, upload.fileId!)).scan
  await expect.poll(scan, SOON).not.toBe('pending')
  return { id: upload.fileId!, scan: await scan() }
}

/** By every way that leads to a URL. */
async function expectBlocked(id: string, code: string, status = 403): Promise<void> {
  const { token } = user
  for (const path of ['content', 'content?disposition=inline', 'content?version=1']) {
    for (const accept of ['application/json', '*/*']) {
      expectProblem(await call('GET', `/files/${id}/${path}`, { token, headers: { accept } }), status, code)
    }
  }
  const json = { expiresAt: new Date(Date.now() + 3_600_000).toISOString(), mostUses: 1 }
  const link = await must(201, call<{ token: string; id: string }>('POST', `/files/${id}/links`, { token, json }))
  const opening = { json: { token: link.token } }
  expectProblem(await call('POST', '/links/open', opening), status, code)
  expectProblem(await call('POST', '/links/open', opening), status, code)
}

describe.skipIf(!SCANNER)('where there is a scanner', () => {
  test('what it found nothing in is read', async () => {
    const content = randomContent(100)
    const { id, scan } = await scanned('harmless', content)
    expect(scan).toBe('clean')
    await expectContent(user, id, content)
  })

  test.each([0, 100_000])('malware after %d bytes is blocked for everybody, and so are its copies', async (before) => {
    const content = bytes(`${'.'.repeat(before)}${EICAR}`)
    const { id, scan } = await scanned(`malware after ${before}`, content)
    expect(scan).toBe('infected')
    await expectBlocked(id, 'file_infected')
    const json = { name: `copy after ${before}` }
    const copy = await must(201, call<{ id: string }>('POST', `/files/${id}/copies`, { token: user.token, json }))
    await expectBlocked(copy.id, 'file_infected')
  })

  test('what it cannot look into is blocked', async () => {
    const { id, scan } = await scanned('locked.zip', LOCKED)
    expect(scan).toBe('unscannable')
    await expectBlocked(id, 'file_not_scannable')
  })

  test('a version without malware is read, one with it is not', async () => {
    const content = randomContent(50)
    const { id } = await scanned('of both kinds', content)
    await scanned('of both kinds', bytes(EICAR))
    const { token } = user
    expectProblem(await call('GET', `/files/${id}/content`, { token }), 403, 'file_infected')
    await expectContent(user, id, content, '?version=1')
    await must(200, call('POST', `/files/${id}/versions/1/restoration`, { token }))
    await expectContent(user, id, content)
    expectProblem(await call('GET', `/files/${id}/content?version=2`, { token }), 403, 'file_infected')
  })
})

describe.skipIf(SCANNER)('where there is none', () => {
  test('files say so, and are read at once', async () => {
    const content = bytes(EICAR)
    const { id, scan } = await scanned('not looked into', content)
    expect(scan).toBe('none')
    await expectContent(user, id, content)
  })
})
