// A routing rule as it is kept: a condition, and where to send the visits that meet it.
import type { Conditions, Field, Operator, Value } from './index.ts'

export interface Rule {
  readonly id: string
  readonly linkId: string
  readonly field: Field | null
  readonly operator: Operator | null
  readonly value: Value | null
  readonly conditions: Conditions | null
  readonly redirectUrl: string
  /** From 1, without gaps; the first rule that matches wins. */
  readonly priority: number
  readonly createdAt: number
  readonly updatedAt: number
}

export type RuleCondition = Pick<Rule, 'field' | 'operator' | 'value' | 'conditions'>
export type RulePatch = Partial<RuleCondition & Pick<Rule, 'redirectUrl'>> & Pick<Rule, 'updatedAt'>
