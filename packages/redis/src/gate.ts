// The gate in front of one node: shut when the node fails, so that commands are refused at once, until a probe succeeds.

/** Redis is away, or so busy with itself that it serves nobody just now. */
export class RedisAway extends Error {}

export interface Gate {
  readonly isOpen: boolean
  /** Whether it has been open for long enough that the other processes are back as well. */
  readonly isSteady: boolean
  /** @throws RedisAway at once while the gate is shut, and when the command fails because of the node */
  run<T>(key: string, command: () => Promise<T>): Promise<T>
  stop(): void
}

/** Between two probes. One more makes sense at once: perhaps it was a single slow answer. */
const PROBE_MS = 250

/** Where the first probe is answered so soon, it was a single slow answer. */
const PROMPT_MS = 50
/** After anything else, the other processes may notice later than we that Redis is back. */
const STEADY_MS = 1000

/**
 * Errors by which Redis says that it is not at our service, whatever the command. OOM is none of them: what waits in a
 * full Redis can still be taken out of it, and must be.
 */
const UNAVAILABLE =
  /^(LOADING|READONLY|CLUSTERDOWN|MASTERDOWN|MOVED|ASK|TRYAGAIN|MISCONF|NOREPLICAS|BUSY|NOAUTH|WRONGPASS|NOPERM)\b/

/** @param probe asks the node that serves this key for something harmless */
export function createGate(probe: (key: string) => Promise<unknown>): Gate {
  let isOpen = true
  let stopped = false
  let steadyAt = 0

  const shut = (key: string) => {
    if (isOpen && !stopped) void knock(key, true)
    isOpen = false
  }

  const knock = async (key: string, isFirst: boolean) => {
    const begun = performance.now()
    try {
      await probe(key)
      if (stopped) return
      isOpen = true
      if (!isFirst || performance.now() - begun > PROMPT_MS) steadyAt = performance.now() + STEADY_MS
    } catch {
      if (!stopped) setTimeout(() => void knock(key, false), PROBE_MS).unref()
    }
  }

  return {
    get isOpen() {
      return isOpen
    },

    get isSteady() {
      return isOpen && performance.now() >= steadyAt
    },

    async run(key, command) {
      if (!isOpen) throw new RedisAway('Redis is away')
      try {
        return await command()
      } catch (error) {
        if (isAnswer(error)) throw error
        shut(key)
        throw new RedisAway(`Redis is away: ${error instanceof Error ? error.message : error}`, { cause: error })
      }
    },

    stop() {
      stopped = true
      isOpen = false
    },
  }
}

/** Whether the node has answered to this very command: then it is not away. */
function isAnswer(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError' && !UNAVAILABLE.test(error.message)
}
