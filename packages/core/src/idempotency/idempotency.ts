// Idempotent calls: the claim, the work and the reply commit together, so that a crash leaves nothing claimed.

/** Records older than this no longer count. */
export const IDEMPOTENCY_TTL_MS = 24 * 3_600_000
