export type Profile = {
  id: string
  name: string
  /** The address as given at sign-up, in ASCII. Mails are sent to it. */
  email: string
  /** The canonical address: the key of the login item. */
  login: string
  v: number
  createdAt: number
}

export type Login = { userId: string; address: string; phc: string }

/** A sign-up that waits for the owner of the address. The hashes are added when the mail is made. */
export type PendingUser = {
  id: string
  login: string
  address: string
  name: string
  phc: string
  expiresAt: number
  tokenHash?: string
  codePhc?: string
}
