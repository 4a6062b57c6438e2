import type { Item } from '../data/item.ts'
import { isRoot } from '../files/access.ts'
import type { Listed, Node } from '../files/item.ts'
import { listedIn, nodeAt } from '../files/tree-store.ts'
import { type OldVersion, versionIn } from '../files/version-store.ts'
import { HOUR, type Mender, type Repair, type SweepParts } from './sweeping.ts'

/** Repairs files whose content is lost, and files and folders whose folder is gone. */
export function itemMender({ sweep, work }: SweepParts): Mender {
  async function mend(listed: Listed, now: number): Promise<Repair | undefined> {
    if (now - listed.changedAt < HOUR) return undefined
    const { owner, hasFolder, content } = await sweep.around(listed)
    if (listed.kind === 'file' && content?.state !== 'ready') {
      await sweep.replaceLost(listed, now)
      return 'filesRepaired'
    }
    // The item was put into a folder while that folder was being purged.
    if (hasFolder || owner === undefined) return undefined
    await work.send({ kind: 'purge', owner, item: listed.id })
    return 'purged'
  }

  return (item, now) => {
    const listed = listedIn(item)
    return listed && mend(listed, now)
  }
}

/** Purges what the last purge message of a deleted account left behind. */
export function rootMender({ sweep, work }: SweepParts): Mender {
  async function emptyRoot(node: Node): Promise<Repair | undefined> {
    if (!isRoot(node) || (await sweep.isEmpty(node.id))) return undefined
    await work.send({ kind: 'purge', owner: node.id, item: node.id })
    return 'purged'
  }

  return (item) => {
    const node = nodeAt(item)
    return node && emptyRoot(node)
  }
}

/** Removes old versions whose content is lost. */
export function versionMender({ sweep, uploads }: SweepParts): Mender {
  async function mend({ object }: OldVersion, item: Item): Promise<Repair | undefined> {
    const upload = await uploads.find(object)
    if (upload?.state === 'ready') return undefined
    await sweep.removeLostVersion(item)
    return 'filesRepaired'
  }

  return (item) => {
    const version = versionIn(item)
    return version && mend(version, item)
  }
}
