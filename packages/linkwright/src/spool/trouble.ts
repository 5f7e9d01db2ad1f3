// Tells the log when clicks begin to be refused and when they are taken again, and not of each that is.
import type { Logger } from '@linkwright/http'
import { reasonOf } from './reason.ts'

export interface Trouble {
  /** Some events could not be kept. */
  refused(error: unknown, events: number): void
  /** Some events could be kept. */
  over(): void
}

export function createTrouble(folder: string, logger: Logger | undefined): Trouble {
  let refused = 0
  return {
    refused(error, events) {
      if (refused === 0) logger?.error({ err: error }, `clicks cannot be kept in ${folder}: ${reasonOf(error)}`)
      refused += events
    },

    over() {
      if (refused === 0) return
      logger?.info({ refused }, `clicks are kept in ${folder} again`)
      refused = 0
    },
  }
}
