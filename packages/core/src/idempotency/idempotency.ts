// Idempotent calls: the claim, the work and the reply commit together, so that a crash leaves nothing claimed.
import { hash } from 'node:crypto'

/** Records older than this no longer count. */
export const IDEMPOTENCY_TTL_MS = 24 * 3_600_000

/** What the scope of every record of an owner begins with. A digest: hosts name owners as they like. */
export function ownerScope(ownerId: string): string {
  return `${hash('sha256', ownerId)}:`
}
