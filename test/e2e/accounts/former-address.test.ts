import { expect, test } from 'vitest'
import { newPassword, openAccount, signIn, signUp, verify } from '../accounts.ts'
import { call, expectProblem } from '../client.ts'
import { createFolder, must, newUser, SOON, type User } from '../files.ts'
import { codesIn, waitForMails } from '../outbox.ts'
import { LONG_PATIENCE, seconds } from '../pace.ts'
import { accept, offer, sharedWith } from '../sharing.ts'

/** Between two mails to one address. */
const BETWEEN_MAILS = 61

test('what was accepted is nothing to who has the address later', { timeout: LONG_PATIENCE }, async () => {
  const owner = await newUser()
  const [accepted, offered] = [await createFolder(owner, 'accepted'), await createFolder(owner, 'offered')]
  const account = await openAccount()
  const { email } = account
  const first: User = { ...account, token: (await signIn(account)).accessToken }
  await must(201, offer(owner, accepted.id, email, 'write'))
  await must(200, accept(first, accepted.id))
  await must(204, call('DELETE', '/me', { token: first.token }))
  await seconds(BETWEEN_MAILS)

  const password = newPassword()
  await signUp(email, password)
  const [mail] = await waitForMails(email, 2)
  const { id } = await must(201, verify({ token: codesIn(mail!).token }))
  const again = { id, email, password }
  const second: User = { ...again, token: (await signIn(again)).accessToken }
  expect(second.id).not.toBe(first.id)
  expectProblem(await call('GET', `/folders/${accepted.id}`, { token: second.token }), 404, 'folder_not_found')
  expectProblem(await accept(second, accepted.id), 404, 'share_not_found')
  expect(await sharedWith(second)).toEqual([])
  expect(await sharedWith(second, 'offered')).toEqual([])
  await must(201, offer(owner, offered.id, email, 'read'))
  await expect
    .poll(async () => (await sharedWith(second, 'offered')).map(({ itemId }) => itemId), SOON)
    .toEqual([offered.id])
})
