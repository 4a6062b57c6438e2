import type { TriggerRow } from '../http/row.ts'

export const triggers = [
  {
    handler: 'on-deployment',
    source: { kind: 'deployment' },
    // It waits until the issuer answers.
    seconds: 300,
    touches: {
      keyRing: ['GetSecretValue', 'PutSecretValue'],
      sessions: ['PutItem'],
      issuerDocuments: ['PutObject'],
    },
    knows: ['ISSUER'],
  },
] as const satisfies readonly TriggerRow[]
