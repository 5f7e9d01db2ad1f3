// The salts of visitors' pseudonyms: one a day, drawn at random, shared by all processes, deleted two days later.
import type { Clock, Random } from '../clock.ts'
import type { ClickStore } from './store.ts'

export interface Salts {
  /** The salt of a moment's day; at once, since a redirect waits for it. */
  of(at: number): string
  /** Agrees with all other processes on the salts of today, and shortly before midnight of tomorrow. */
  agree(): Promise<void>
}

interface Salt {
  readonly value: string
  readonly agreed: boolean
}

const SALT_BYTES = 32
const DAY_MS = 86_400_000
const AHEAD_MS = 3_600_000

/** Until storage could be asked, a salt of this process's own serves, which is then the one that it proposes. */
export function createSalts(store: Pick<ClickStore, 'salt'>, clock: Clock, random: Random): Salts {
  const salts = new Map<number, Salt>()

  function saltOf(day: number): Salt {
    let salt = salts.get(day)
    if (salt === undefined) {
      salt = { value: Buffer.from(random(SALT_BYTES)).toString('base64url'), agreed: false }
      salts.set(day, salt)
    }
    return salt
  }

  async function agreeOn(day: number): Promise<void> {
    const salt = saltOf(day)
    if (salt.agreed) return
    salts.set(day, { value: await store.salt(dayOf(day * DAY_MS), salt.value), agreed: true })
  }

  return {
    of: (at) => saltOf(Math.floor(at / DAY_MS)).value,

    async agree() {
      const today = Math.floor(clock() / DAY_MS)
      const soon = Math.floor((clock() + AHEAD_MS) / DAY_MS)
      for (const day of new Set([...salts.keys(), today, soon])) {
        // What is past is kept by nobody, so that no pseudonym of that day can be made any more.
        if (day < today - 1) salts.delete(day)
        else await agreeOn(day)
      }
    },
  }
}

/** The day (UTC) that a salt belongs to: `2026-11-22`. */
function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}
