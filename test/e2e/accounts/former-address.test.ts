import { expect, test } from 'vitest'
import { newPassword, openAccount, signIn, signUp, verify } from '../accounts.ts'
import { call, expectProblem } from '../client.ts'
import { aStranger, createFolder, must, SOON, type User } from '../files.ts'
import { codesIn, mailGap, waitForMails } from '../outbox.ts'
import { accept, offer, sharedWith } from '../sharing.ts'

test('what was accepted is nothing to who has the address later', async () => {
  const owner = await aStranger()
  const [accepted, offered] = [await createFolder(owner, 'accepted'), await createFolder(owner, 'offered')]
  const account = await openAccount()
  const { email } = account
  const first: User = { ...account, token: (await signIn(account)).accessToken }
  await must(201, offer(owner, accepted.id, email, 'write'))
  await must(200, accept(first, accepted.id))
  await must(204, call('DELETE', '/me', { token: first.token }))
  await mailGap()

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
