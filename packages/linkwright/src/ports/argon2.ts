// Slow hashes: argon2id, a few at a time, since each takes 19 MiB and a thread that files and names need too.
import { LinkwrightError, type SlowHash } from '@linkwright/core'

export interface Argon2Options {
  /** Hashes computed at once: 2 by default, of the four threads that Node has for such work. */
  readonly running?: number | undefined
  /** Hashes that may wait for their turn: 64 by default. */
  readonly waiting?: number | undefined
}

/** The least that OWASP's Password Storage Cheat Sheet asks of argon2id: 19 MiB, two passes, one lane. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const

/**
 * Hashes with argon2id (RFC 9106). What is no argon2id hash verifies as false.
 *
 * @throws LinkwrightError `UNAVAILABLE`, from both methods, where too many are waiting already
 */
export function argon2id({ running = 2, waiting = 64 }: Argon2Options = {}): SlowHash {
  const inTurn = createQueue(running, waiting)
  // Loaded at the first hash: most processes never make one.
  const load = () => import('@node-rs/argon2')

  return {
    hash: (text) => inTurn(async () => (await load()).hash(text, COST)),

    async verify(hash, text) {
      if (!hash.startsWith('$argon2id$')) return false
      return inTurn(async () => {
        const { verify } = await load()
        try {
          return await verify(hash, text)
        } catch {
          return false
        }
      })
    },
  }
}

type InTurn = <T>(work: () => Promise<T>) => Promise<T>

function createQueue(running: number, waiting: number): InTurn {
  const line: (() => void)[] = []
  let active = 0

  return async (work) => {
    if (active < running) active += 1
    else if (line.length < waiting) await new Promise<void>((resolve) => line.push(resolve))
    else throw new LinkwrightError('UNAVAILABLE')
    try {
      return await work()
    } finally {
      // The place is handed on, so that nobody who comes later takes it first.
      const next = line.shift()
      if (next === undefined) active -= 1
      else next()
    }
  }
}
