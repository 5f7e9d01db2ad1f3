// What rules ask of storage. Ownership is that of the parent link, in the same statement.
import type { Rule, RulePatch } from './rule.ts'

export interface RuleStore {
  get(id: string): Promise<Rule | undefined>
  /** In priority order; undefined if the link is not the owner's. */
  list(linkId: string): Promise<readonly Rule[] | undefined>
  /**
   * Adds a rule behind the others if the link has fewer than `cap`, in one guarded write.
   * @returns `'full'` if the cap is reached, undefined if the link is not the owner's
   */
  append(rule: Omit<Rule, 'priority'>, cap: number): Promise<Rule | 'full' | undefined>
  update(id: string, patch: RulePatch): Promise<Rule | undefined>
  /** Deletes a rule and closes the gap it leaves. */
  delete(id: string): Promise<Rule | undefined>
  /** Sets the order. @returns `'mismatch'` unless the ids are exactly the link's rules; undefined if the link is not there */
  reorder(linkId: string, ids: readonly string[], at: number): Promise<readonly Rule[] | 'mismatch' | undefined>
}
