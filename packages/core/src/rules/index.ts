/**
 * The routing rules of Linkwright, usable alone: validate, compile, decide, explain and lint.
 *
 * ```ts
 * import { compile, explain, lint, validateCondition } from '@linkwright/core/rules'
 *
 * const read = validateCondition({ field: 'country', operator: 'in', value: ['de', 'at'] })
 * if (!read.ok) throw new Error(read.issues.map((issue) => issue.message).join('\n'))
 *
 * const rules = [
 *   { id: 'night', field: 'hour_utc', operator: 'between', value: [22, 6], url: 'https://example.com/night' },
 *   { id: 'dach', ...read.condition, url: 'https://example.com/de' },
 *   {
 *     id: 'phones',
 *     conditions: { all: [{ field: 'device', operator: 'equals', value: 'mobile' }, { not: read.condition }] },
 *     url: 'https://example.com/m',
 *   },
 * ] as const
 * const facts = {
 *   country: 'AT', device: 'mobile', browser: 'safari', referer_host: null,
 *   hour_utc: 12, language: 'de-at', returning: null, // null: not known, which no rule matches
 * } as const
 *
 * compile(rules).decide(facts)?.url // 'https://example.com/de'
 * explain(rules, facts).trace[0]    // { ruleId: 'night', matched: false, reason: 'hour_utc is 12, outside 22–6' }
 * lint(rules)                       // []
 * ```
 *
 * @module
 */
export { compile, decide, Program, type Test, type Truth } from './compile.ts'
export {
  type Condition,
  type Conditions,
  type Group,
  InvalidRuleError,
  type Issue,
  type Leaf,
  type RuleLike,
  type Value,
} from './condition.ts'
export { type Explanation, explain, type TraceEntry } from './explain.ts'
export {
  BROWSERS,
  type Browser,
  DEVICES,
  type Device,
  type Facts,
  FIELDS,
  type Field,
  LIMITS,
  OPERATORS,
  OPERATORS_BY_FIELD,
  type Operator,
  VALUES_BY_FIELD,
} from './facts.ts'
export { type Finding, lint } from './lint.ts'
export { type ConditionInput, type Validation, validateCondition } from './validate.ts'
