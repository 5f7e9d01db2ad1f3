// The arithmetic of rounds: medians, spread, and ratios to what was measured in the same round.

/** Beyond this, rounds differ so much that their median alone would mislead. */
export const NOISY = 0.2

export interface Rounds {
  readonly median: number
  readonly min: number
  readonly max: number
  /** (third quartile − first quartile) ÷ median: one interrupted round does not make it large. */
  readonly spread: number
}

export function summarize(samples: readonly number[]): Rounds {
  const middle = median(samples)
  const apart = quantile(samples, 0.75) - quantile(samples, 0.25)
  return {
    median: middle,
    min: Math.min(...samples),
    max: Math.max(...samples),
    spread: middle === 0 ? 0 : apart / middle,
  }
}

export function median(samples: readonly number[]): number {
  return quantile(samples, 0.5)
}

/**
 * Between two samples it is in proportion.
 * @param part 0 for the least, 1 for the greatest
 * @throws RangeError without samples: a run that measured nothing has no result
 */
export function quantile(samples: readonly number[], part: number): number {
  if (samples.length === 0) throw new RangeError('There is no median of nothing')
  const sorted = samples.toSorted((a, b) => a - b)
  const place = part * (sorted.length - 1)
  const below = sorted[Math.floor(place)]!
  return below + (sorted[Math.ceil(place)]! - below) * (place % 1)
}

/** Each sample by the baseline's of the same round: what slows a whole round down cancels out. */
export function ratios(samples: readonly number[], baseline: readonly number[]): number[] {
  if (samples.length !== baseline.length) throw new RangeError('Ratios need as many baselines as samples')
  return samples.map((sample, round) => sample / baseline[round]!)
}

/** The order of a round: every other round runs backwards, so that nobody is always first. */
export function orderOf<T>(contenders: readonly T[], round: number): readonly T[] {
  return round % 2 === 0 ? contenders : contenders.toReversed()
}
