export type Profile = {
  id: string
  name: string
  /** As it was given at sign-up, in ASCII; mail goes here. */
  email: string
  /** The canonical address: the key of the login item. */
  login: string
  v: number
  createdAt: number
}

export type Login = { userId: string; address: string; phc: string }

/** A sign-up that waits for the owner of the address. Hashes appear when the mail was made. */
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
