import type { TriggerRow } from '../http/row.ts'

export const triggers = [
  {
    handler: 'set-quota',
    source: { kind: 'operator' },
    seconds: 10,
    touches: { files: ['GetItem', 'UpdateItem'] },
    knows: ['QUOTA_MIB'],
  },
] as const satisfies readonly TriggerRow[]
