// The ports through which core gets time and randomness; it has none of its own.

/** Milliseconds since 1970, UTC. */
export type Clock = () => number

/** Cryptographically strong random bytes. */
export type Random = (bytes: number) => Uint8Array

/** A value, or the promise of one: the hot path stays synchronous wherever nothing has to be awaited. */
export type MaybePromise<T> = T | Promise<T>
