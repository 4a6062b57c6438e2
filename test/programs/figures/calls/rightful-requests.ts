import { newAddress, newPassword, openAccount, signIn, signUp } from '../../../e2e/accounts.ts'
import { call } from '../../../e2e/client.ts'
import { createFolder, must, newUser, send } from '../../../e2e/files.ts'
import { codesIn, waitForMail } from '../../../e2e/outbox.ts'
import { share } from '../../../e2e/sharing.ts'
import { makeThings } from '../../../e2e/things.ts'
import { USES } from '../../../e2e/uses.ts'

type User = Awaited<ReturnType<typeof userWithThings>>

/** Public ones first: one of them opens a link that is ended later. */
export const IN_ORDER = Object.keys(USES).toSorted((a, b) => Number(isProtected(a)) - Number(isProtected(b)))

function isProtected(name: string): boolean {
  return !USES[name]?.public
}

/** Everything is made that one rightful use of a route needs; what this gives is the request itself. */
export async function rightfulRequest(name: string, user: User): Promise<() => Promise<unknown>> {
  const { status, ids, json } = USES[name]!
  const [method = '', path = ''] = name.split(' ')
  const own = await OWN_THINGS[name]?.(user)
  const things = { ...user.things, ...own?.things }
  const target = path.replace(/\{(\w+)\}/g, (_, id: string) => ids?.(things)[id] ?? '')
  const body = own?.json ?? json?.(things)
  const token = isProtected(name) ? await user.usedToken() : undefined
  return () => must(status, call(method, target, { ...(token ? { token } : {}), ...(body ? { json: body } : {}) }))
}

type OwnThings = { json?: object; things?: Partial<User['things']> }

/** Bodies of public routes, and what the suites have used up, or do not have yet, when they ask the route. */
const OWN_THINGS: Record<string, (user: User) => Promise<OwnThings>> = {
  'POST /users': async () => ({ json: { email: newAddress(), password: newPassword() } }),
  'POST /users/verify': async () => {
    const email = newAddress()
    await signUp(email, newPassword())
    return { json: { token: codesIn(await waitForMail(email)).token } }
  },
  'POST /sessions': async ({ account: { email, password } }) => ({ json: { email, password } }),
  'POST /sessions/refresh': async ({ account }) => {
    const { refreshToken } = await signIn(account)
    return { json: { refreshToken } }
  },
  'POST /uploads/{id}/completion': async ({ account, usedToken }) => {
    const { id } = await send({ ...account, token: await usedToken() }, { name: 'just sent' })
    return { things: { sent: id } }
  },
  'GET /shared-with-me': async ({ account, usedToken }) => {
    const giver = await newUser()
    const { id } = await createFolder(giver, 'given')
    await share(giver, id, { ...account, token: await usedToken() }, 'read')
    return {}
  },
}

export async function userWithThings() {
  const account = await openAccount()
  const bystander = await signIn(account)
  const things = await makeThings({ ...account, token: bystander.accessToken }, bystander.session.id)
  let token = (await signIn(account)).accessToken
  const use = () => call('GET', '/me', { token })
  return {
    account,
    things,
    /** The first use of a token is a write of its own, so it is made here; and some routes end the session. */
    async usedToken(): Promise<string> {
      if ((await use()).status === 200) return token
      token = (await signIn(account)).accessToken
      await must(200, use())
      return token
    },
  }
}
