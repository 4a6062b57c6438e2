import type { Contract } from './contract.ts'

/** What a function can touch, by the name that rows use for it. */
export type Thing =
  | 'users'
  | 'sessions'
  | 'codes'
  | 'mailQueue'
  | 'keyRing'
  | 'issuerDocuments'
  | 'mail'
  | 'files'
  | 'fileObjects'
  | 'fileBucket'
  | 'fileWork'

/** A choice of the deployment, by the name of its variable. */
export type Setting =
  | 'ISSUER'
  | 'AUDIENCE'
  | 'CLIENT_ID'
  | 'SESSION_IDLE_DAYS'
  | 'SESSION_ABSOLUTE_DAYS'
  | 'APP_URL'
  | 'PRODUCT_NAME'
  | 'PASSWORD_MEMORY_MIB'
  | 'FILES_ENDPOINT'
  | 'QUOTA_MIB'
  | 'OPEN_UPLOADS'
  | 'SCANNER'
  | 'UNSCANNABLE'

export type Touches = { readonly [thing in Thing]?: readonly string[] }

/** What a handler may do and what it is told: its role and its variables follow from it. */
export type Work = {
  /** The handler's file beside the row, without its ending. */
  readonly handler: string
  /** AWS actions by the thing they touch. */
  readonly touches: Touches
  /** Settings declared as variables, besides those that name the things it touches. */
  readonly knows?: readonly Setting[]
}

/** One route. Data only: the deployment reads it as well as the functions. */
export type RouteRow = Work & {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  /** The function that it lives in, together with its neighbours: see `functions/zones.ts`. */
  readonly zone: string
  readonly contract: Contract
} & (
    | { readonly auth: 'jwt' }
    | {
        readonly auth: 'public'
        /** Why anybody may call it. */
        readonly because: string
      }
  )

/** What wakes a function that no route calls. */
export type Source =
  | { readonly kind: 'queue'; readonly queue: QueueName; readonly batch: number; readonly concurrency?: number }
  | { readonly kind: 'stream'; readonly table: 'sessions'; readonly batch: number; readonly filter: object }
  | { readonly kind: 'schedule'; readonly rate: string }
  | { readonly kind: 'deployment' }
  | { readonly kind: 'operator' }

export type QueueName = 'mailQueue' | 'fileEvents' | 'fileWork'

/** One function that an event wakes. */
export type TriggerRow = Work & {
  readonly source: Source
  readonly seconds: number
  /** Password hashing wants a whole virtual CPU and one hash at a time. */
  readonly hashes?: true
  /** It sends messages to its own queue, more of them than Lambda takes for a mistake. */
  readonly callsItself?: true
  /** What to say when an invocation fails. Where what failed goes to the dead-letter queue, that has an alarm of its own. */
  readonly alarm?: string
}
