/** How long the link and the typed code of a sign-up work, in seconds. */
export const PENDING_LIFE = 86_400

/** How often a typed code can be guessed. */
export const CODE_TRIES = 5
