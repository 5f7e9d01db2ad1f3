// What a rule may ask: one test of one fact, or a tree of them.
import type { Field, Operator } from './facts.ts'

export type Value = string | number | boolean | readonly string[] | readonly number[]

/** One test of one fact. `FIELDS` and `OPERATORS_BY_FIELD` say what goes with what. */
export interface Leaf {
  readonly field: Field
  readonly operator: Operator
  readonly value: Value
}

/** A node that joins others. */
export type Group =
  | { readonly all: readonly Conditions[] }
  | { readonly any: readonly Conditions[] }
  | { readonly not: Conditions }

/** A tree of tests. A rule's own `conditions` starts with a group. */
export type Conditions = Group | Leaf

export type Condition = Leaf | Conditions

/**
 * The part of a rule that the engine reads. A rule holds either field, operator and value, or conditions;
 * what it does not hold is null or absent. Anything else on the object is yours and comes back untouched.
 */
export interface RuleLike {
  readonly id: string
  readonly field?: Field | null | undefined
  readonly operator?: Operator | null | undefined
  readonly value?: Value | null | undefined
  readonly conditions?: Conditions | null | undefined
}

/** One thing that is wrong, at a path such as `value[3]` or `conditions.all[1].not.value`. */
export interface Issue {
  readonly path: string
  readonly message: string
}

/** Thrown by `compile`, `explain` and `lint` for rules that `validateCondition` would refuse. */
export class InvalidRuleError extends Error {
  readonly issues: readonly Issue[]

  constructor(issues: readonly Issue[]) {
    super(`Invalid rules: ${issues.map(({ path, message }) => `${path}: ${message}`).join('; ')}`)
    this.name = 'InvalidRuleError'
    this.issues = issues
  }
}
