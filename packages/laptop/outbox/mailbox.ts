import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

export type Mail = {
  id: string
  to: string[]
  from: string
  subject: string
  text: string
  html?: string
  /** ISO 8601. */
  at: string
}

export type Mailbox = {
  add(mail: Mail): Promise<void>
  /** Newest first. */
  list(to?: string): Mail[]
  clear(): Promise<void>
}

/** The sent mails, each in a file. */
export async function openMailbox(folder: string): Promise<Mailbox> {
  await mkdir(folder, { recursive: true })
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort()
  let mails: Mail[] = await Promise.all(
    names.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8'))),
  )
  const pathOf = ({ id }: Mail) => join(folder, `${id}.json`)
  return {
    async add(mail) {
      const path = pathOf(mail)
      const file = await open(`${path}.new`, 'w', 0o600)
      try {
        await file.writeFile(JSON.stringify(mail))
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(`${path}.new`, path)
      mails.push(mail)
    },
    list: (to) => mails.filter((mail) => to === undefined || mail.to.includes(to)).reverse(),
    async clear() {
      const cleared = mails
      mails = []
      await Promise.all(cleared.map((mail) => rm(pathOf(mail), { force: true })))
    },
  }
}
