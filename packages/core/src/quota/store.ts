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
