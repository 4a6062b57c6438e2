import type { Contract } from './contract.ts'

/** The things a function can use, by the names that rows have for them. */
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

/** A setting of the deployment, by the name of its variable. */
export type Setting =
  | 'ISSUER'
  | 'AUDIENCE'
  | 'CLIENT_ID'
  | 'SESSION_IDLE_DAYS'
  | 'SESSION_ABSOLUTE_DAYS'
  | 'APP_URL'
  | 'PRODUCT_NAME'
  | 'PASSWORD_MEMORY_MIB'
  | 'MAIL_GAP_SECONDS'
  | 'FILES_ENDPOINT'
  | 'QUOTA_MIB'
  | 'OPEN_UPLOADS'
  | 'SCANNER'
  | 'UNSCANNABLE'

export type Touches = { readonly [thing in Thing]?: readonly string[] }

/** What a handler may do and which settings it gets. Its role and its variables are made from this. */
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
  /** The function that serves it together with other routes: see `functions/zones.ts`. */
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

/** The event source of a function that no route calls. */
export type Source =
  | { readonly kind: 'queue'; readonly queue: QueueName; readonly batch: number; readonly concurrency?: number }
  | { readonly kind: 'stream'; readonly table: 'sessions'; readonly batch: number; readonly filter: object }
  | { readonly kind: 'schedule'; readonly rate: string }
  | { readonly kind: 'deployment' }
  | { readonly kind: 'operator' }

export type QueueName = 'mailQueue' | 'fileEvents' | 'fileWork'

/** One function that an event invokes. */
export type TriggerRow = Work & {
  readonly source: Source
  readonly seconds: number
  /** Password hashing needs a whole virtual CPU and one hash at a time. */
  readonly hashes?: true
  /** It sends so many messages to its own queue that Lambda would take them for an endless loop. */
  readonly callsItself?: true
  /** The alarm text for a failed invocation. If failures go to the dead-letter queue, that queue has its own alarm. */
  readonly alarm?: string
}
