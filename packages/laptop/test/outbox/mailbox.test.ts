import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { type Mail, openMailbox } from '../../outbox/mailbox.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const mail = (id: string): Mail => ({ id, to: ['ann@example.org'], from: 'x', subject: 's', text: 't', at: 'now' })

it('keeps mails over a restart in their order', async () => {
  const folder = temporaryFolder()
  const before = await openMailbox(folder)
  for (const id of ['01', '02', '03']) await before.add(mail(id))
  const after = await openMailbox(folder)
  expect(after.list()).toEqual(before.list())
  expect(after.list().map(({ id }) => id)).toEqual(['03', '02', '01'])
})

it('forgets them for good when cleared', async () => {
  const folder = temporaryFolder()
  const mailbox = await openMailbox(folder)
  await mailbox.add(mail('01'))
  await mailbox.clear()
  expect(readdirSync(folder)).toEqual([])
  expect((await openMailbox(folder)).list()).toEqual([])
})

it('lets only its owner read them: they carry tokens', async () => {
  const folder = temporaryFolder()
  await (await openMailbox(folder)).add(mail('01'))
  expect(statSync(join(folder, '01.json')).mode & 0o777).toBe(0o600)
})
