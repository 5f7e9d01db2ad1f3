// An end to waiting that does not blame Redis for what our own process was too busy to read.

/** Rejects after so long (ms), unless the answer lay there and had only not been read. */
export function within<T>(promise: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(new Error(`no answer within ${ms} ms`))
    // After a long stretch of work timers come first: let the sockets be read before they speak.
    const timer = setTimeout(() => setImmediate(giveUp), ms)
    promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
