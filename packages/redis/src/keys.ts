// The names of our keys in Redis, each with a hash tag: the tag alone decides on which node of a cluster a key lives.

/** `lw:{tag}name` */
export type KeyOf = (tag: string, name?: string) => string

export const WEEK_MS = 604_800_000

/** @throws Error if the prefix holds braces, which would take the place of the tag */
export function keysWith(prefix: string): KeyOf {
  if (/[{}]/.test(prefix)) throw new Error(`the prefix of Redis keys must not hold braces: ${prefix}`)
  return (tag, name = '') => `${prefix}{${tag}}${name}`
}

/** Another key on the same node. */
export function beside(key: string, name: string): string {
  return key.slice(0, key.indexOf('}') + 1) + name
}
