import type { HttpClient } from './http-client.ts'

/** Contenders are started in turn, so that all may have the same ports: this one and the next three. */
export const PORT = 24_320
/** Strong enough for all of them. */
export const PASSWORD = 'seven lanterns over a quiet harbour'

export type Running = { pids: number[]; stop: () => Promise<void> }
export type Session = { check: () => Promise<unknown>; refresh: () => Promise<unknown> }
/** What its users do, whatever requests that takes. A user is a number, from which the address is made. */
export type Users = { signUp: (user: number) => Promise<unknown>; signIn: (user: number) => Promise<Session> }

export type Contender = {
  /** Serves at PORT. */
  start: () => Promise<Running>
  users: (client: HttpClient) => Users
}

export const addressOf = (user: number) => `u${user}@example.com`
