import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

type ActionsByPrincipal = Record<string, string[]>

export type Observed = {
  record(principal: string, action: string, allowed: boolean): void
  /** The actions by principal: the physical name of a function, or `dev`. Both are sorted. */
  actions(): { allowed: ActionsByPrincipal; denied: ActionsByPrincipal }
  write(): void
}

/** Notes which actions each function really used. A test can compare them with the grants of the template. */
export function openObserved(folder: string): Observed {
  const allowed = new Map<string, Set<string>>()
  const denied = new Map<string, Set<string>>()
  const actions = () => ({ allowed: sorted(allowed), denied: sorted(denied) })
  return {
    record(principal, action, isAllowed) {
      const known = isAllowed ? allowed : denied
      const ofPrincipal = known.get(principal)
      if (ofPrincipal === undefined) known.set(principal, new Set([action]))
      else ofPrincipal.add(action)
    },
    actions,
    write() {
      writeFileSync(join(folder, 'observed-actions.json'), `${JSON.stringify(actions(), undefined, 2)}\n`)
    },
  }
}

function sorted(actions: Map<string, Set<string>>): ActionsByPrincipal {
  const byPrincipal: ActionsByPrincipal = {}
  for (const principal of [...actions.keys()].sort())
    byPrincipal[principal] = [...(actions.get(principal) ?? [])].sort()
  return byPrincipal
}
