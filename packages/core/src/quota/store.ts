// What quotas ask of storage.
import type { Meter } from './quota.ts'

/** Usage of one plan subject. */
export interface UsageStore {
  /**
   * Takes `n` of a meter if the limit still allows it, in one guarded write.
   * @returns the new total, or null if it would pass the limit (and then nothing is taken)
   */
  reserve(meter: Meter, period: string, limit: number, n: number): Promise<number | null>
  read(meter: Meter, period: string): Promise<number>
  set(meter: Meter, period: string, value: number): Promise<void>
}

/** Calls counted in windows of a minute, for all processes together. */
export interface WindowStore {
  /**
   * Counts one call if the limit still allows it, in one guarded write.
   * @param window the number of the minute since 1970 (UTC)
   * @returns the new total of the window, or null if the limit is reached (and then nothing is counted)
   */
  take(key: string, window: number, limit: number): Promise<number | null>
}
