// Turns rules into plain records once, so that deciding a visit is a loop over them and nothing more.
import { type Condition, InvalidRuleError, type Issue, type Leaf, type RuleLike } from './condition.ts'
import type { Facts, Field } from './facts.ts'
import { matchesPattern, type Pattern } from './pattern.ts'
import { readCondition } from './validate.ts'

/** True, false, or null for unknown (Kleene's three-valued logic). */
export type Truth = boolean | null

/** Rules made ready. It holds no visitor's data and may be shared and kept as long as the rules stay the same. */
export class Program<R extends RuleLike = RuleLike> {
  readonly rules: readonly R[]
  /** One per rule, in the same order. */
  readonly tests: readonly Test[]
  /** Which facts any of the rules reads. */
  readonly needs: Readonly<Record<Field, boolean>>

  constructor(rules: readonly R[], tests: readonly Test[]) {
    this.rules = rules
    this.tests = tests
    this.needs = listNeeds(tests)
  }

  /** The first rule whose condition is true, or null. An unknown fact makes no rule match. */
  decide(facts: Facts): R | null {
    return decide(this, facts)
  }
}

/**
 * Compiles rules, given in priority order. The rules are read now: later changes to them are not seen.
 * @throws {InvalidRuleError} listing every issue of every rule, at paths such as `rules[2].value`.
 */
export function compile<R extends RuleLike>(rules: readonly R[]): Program<R> {
  const issues: Issue[] = []
  const patterns = new Map<string, Pattern>()
  const tests: Test[] = []
  for (const [index, { field, operator, value, conditions }] of rules.entries()) {
    const read = readCondition({ field, operator, value, conditions }, patterns)
    if (read.ok) tests.push(buildTest(read.condition, patterns))
    else for (const { path, message } of read.issues) issues.push({ path: `rules[${index}].${path}`, message })
  }
  if (issues.length > 0) throw new InvalidRuleError(issues)
  return new Program([...rules], tests)
}

/** The first rule of the program whose condition is true for these facts, or null. */
export function decide<R extends RuleLike>(program: Program<R>, facts: Facts): R | null {
  const { tests, rules } = program
  for (let i = 0; i < tests.length; i++) {
    if (evaluate(tests[i]!, facts) === true) return rules[i]!
  }
  return null
}

/** A condition made ready. All have the same shape, whatever their kind: the loop runs fastest over such. */
export interface Test {
  readonly kind: 'all' | 'any' | 'not' | 'one' | 'few' | 'many' | 'language' | 'pattern' | 'hours' | 'returning'
  /** The normalised condition that this was made from. */
  readonly condition: Condition
  readonly field: Field
  readonly members: readonly Test[]
  readonly negated: boolean
  readonly text: string
  readonly few: readonly string[]
  readonly many: ReadonlySet<string>
  readonly pattern: Pattern | null
  /** Bit n stands for hour n. */
  readonly hours: number
  readonly returning: boolean
}

export function evaluate(test: Test, facts: Facts): Truth {
  switch (test.kind) {
    case 'all':
      return joined(test.members, facts, false)
    case 'any':
      return joined(test.members, facts, true)
    case 'not': {
      const truth = evaluate(test.members[0]!, facts)
      return truth === null ? null : !truth
    }
    case 'hours': {
      const hour = facts.hour_utc
      return hour === null || !(hour >= 0 && hour <= 23) ? null : ((test.hours >>> hour) & 1) === 1
    }
    case 'returning': {
      const returning = facts.returning
      return returning === null || returning === undefined ? null : returning === test.returning
    }
    default: {
      const fact = textOf(facts, test.field)
      return fact === null || fact === undefined ? null : holds(test, fact) !== test.negated
    }
  }
}

/** `any` is true as soon as a member is, `all` false as soon as a member is; else one unknown makes it unknown. */
function joined(members: readonly Test[], facts: Facts, deciding: boolean): Truth {
  let truth: Truth = !deciding
  for (let i = 0; i < members.length; i++) {
    const member = evaluate(members[i]!, facts)
    if (member === deciding) return deciding
    if (member === null) truth = null
  }
  return truth
}

function textOf(facts: Facts, field: Field): string | null {
  switch (field) {
    case 'country':
      return facts.country
    case 'device':
      return facts.device
    case 'browser':
      return facts.browser
    case 'referer_host':
      return facts.referer_host
    default:
      return facts.language
  }
}

function holds(test: Test, fact: string): boolean {
  switch (test.kind) {
    case 'one':
      return fact === test.text
    case 'few':
      for (let i = 0; i < test.few.length; i++) if (test.few[i] === fact) return true
      return false
    case 'many':
      return test.many.has(fact)
    case 'language': {
      if (test.many.has(fact)) return true
      const dash = fact.indexOf('-')
      return dash > 0 && test.many.has(fact.slice(0, dash))
    }
    default:
      return matchesPattern(test.pattern!, fact)
  }
}

const NONE: Omit<Test, 'kind' | 'condition'> = {
  field: 'country',
  members: [],
  negated: false,
  text: '',
  few: [],
  many: new Set(),
  pattern: null,
  hours: 0,
  returning: false,
}

function buildTest(condition: Condition, patterns: ReadonlyMap<string, Pattern>): Test {
  const build = (members: readonly Condition[]) => members.map((member) => buildTest(member, patterns))
  if ('all' in condition) return { kind: 'all', condition, ...NONE, members: build(condition.all) }
  if ('any' in condition) return { kind: 'any', condition, ...NONE, members: build(condition.any) }
  if ('not' in condition) return { kind: 'not', condition, ...NONE, members: build([condition.not]) }
  return buildLeaf(condition, patterns)
}

function buildLeaf(leaf: Leaf, patterns: ReadonlyMap<string, Pattern>): Test {
  const { field, operator, value } = leaf
  const common = { condition: leaf, ...NONE, field }
  if (field === 'returning') return { kind: 'returning', ...common, returning: value === true }
  if (field === 'hour_utc') return { kind: 'hours', ...common, hours: maskHours(leaf) }
  if (operator === 'matches') return { kind: 'pattern', ...common, pattern: patterns.get(String(value)) ?? null }
  const texts = typeof value === 'object' ? value.map(String) : [String(value)]
  const tested = { ...common, negated: operator === 'not_in' }
  if (field === 'language') return { kind: 'language', ...tested, many: new Set(texts) }
  if (texts.length === 1) return { kind: 'one', ...tested, text: `${texts[0]}` }
  return texts.length <= 4 ? { kind: 'few', ...tested, few: texts } : { kind: 'many', ...tested, many: new Set(texts) }
}

function maskHours({ operator, value }: Leaf): number {
  const hours = typeof value === 'object' ? value.map(Number) : [Number(value)]
  if (operator !== 'between') {
    const mask = hours.reduce((bits, hour) => bits | (1 << hour), 0)
    return operator === 'not_in' ? ~mask & 0xffffff : mask
  }
  const [from = 0, to = 0] = hours
  let mask = 1 << to
  for (let hour = from; hour !== to; hour = (hour + 1) % 24) mask |= 1 << hour
  return mask
}

function listNeeds(tests: readonly Test[]): Readonly<Record<Field, boolean>> {
  const needs: Record<Field, boolean> = {
    country: false,
    device: false,
    browser: false,
    referer_host: false,
    hour_utc: false,
    language: false,
    returning: false,
  }
  const visit = (test: Test) => {
    if (isGroup(test)) test.members.forEach(visit)
    else needs[test.field] = true
  }
  tests.forEach(visit)
  return needs
}

export function isGroup(test: Test): boolean {
  return test.kind === 'all' || test.kind === 'any' || test.kind === 'not'
}
