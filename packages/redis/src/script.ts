// Lua scripts: sent as their hash, and in full to a node that does not know them (any more).
import { createHash } from 'node:crypto'
import type { Client } from './client.ts'

/** Runs on the keys, which must have the same hash tag. What comes back is for the caller to know. */
export type Script = (client: Client, keys: readonly string[], args: readonly (string | number)[]) => Promise<unknown>

export function script(lua: string): Script {
  const hash = createHash('sha1').update(lua).digest('hex')
  return async (client, keys, args) => {
    const rest = [...keys, ...args]
    try {
      return await client.evalsha(hash, keys.length, ...rest)
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
      return await client.eval(lua, keys.length, ...rest)
    }
  }
}
