import { database } from '../../../../functions/clients.ts'
import { toItem } from '../../../../functions/data/item.ts'
import { table } from '../../../../functions/data/table.ts'

const items = table(database(), 'table')

/** The same call as the stores make it. */
export const call = () => items.get(toItem({ pk: 'keys', sk: 'public' }))
