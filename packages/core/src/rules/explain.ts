// Says for every rule, in words, why it did or did not match.
import { compile, evaluate, isGroup, type Program, type Test } from './compile.ts'
import type { Leaf, RuleLike } from './condition.ts'
import type { Facts } from './facts.ts'

export interface TraceEntry {
  readonly ruleId: string
  /** Whether the rule's own condition was true, also for rules behind the one that won. */
  readonly matched: boolean
  /** One sentence for people, naming the values, such as `country is "FR", not "DE"`. */
  readonly reason: string
}

export interface Explanation {
  /** The first rule that matched: the one that `decide` returns. */
  readonly ruleId: string | null
  readonly trace: readonly TraceEntry[]
}

/**
 * Decides as `decide` does, by the same evaluation, and tells the reason for every rule.
 * @throws {InvalidRuleError} as `compile` does.
 */
export function explain(rules: readonly RuleLike[], facts: Facts): Explanation {
  const program = compile(rules)
  const known = readFacts(facts, program.needs)
  const trace = program.tests.map((test, index) => {
    const matched = evaluate(test, known) === true
    return { ruleId: rules[index]!.id, matched, reason: describe(test, known) }
  })
  return { ruleId: trace.find(({ matched }) => matched)?.ruleId ?? null, trace }
}

/** Facts may be costly getters, and the words need them a second time. */
function readFacts(facts: Facts, needs: Program['needs']): Facts {
  return {
    country: needs.country ? facts.country : null,
    device: needs.device ? facts.device : null,
    browser: needs.browser ? facts.browser : null,
    referer_host: needs.referer_host ? facts.referer_host : null,
    hour_utc: needs.hour_utc ? facts.hour_utc : null,
    language: needs.language ? facts.language : null,
    returning: needs.returning ? facts.returning : null,
  }
}

function describe(test: Test, facts: Facts): string {
  if (isGroup(test)) return describeGroup(test, facts)
  const truth = evaluate(test, facts)
  const fact = facts[test.field]
  if (truth === null) return `${test.field} is unknown`
  return `${test.field} is ${quote(fact)}${describeTest(test, truth, fact)}`
}

function describeGroup({ kind, members }: Test, facts: Facts): string {
  const truths = members.map((member) => evaluate(member, facts))
  const tell = (members: readonly Test[]) => members.map((member) => describe(member, facts)).join('; ')
  if (kind === 'not') {
    if (truths[0] === null) return `"not" is undecided: ${tell(members)}`
    return `"not" ${truths[0] ? 'fails' : 'holds'}: ${tell(members)}`
  }
  const deciding = kind === 'any'
  const decider = members[truths.indexOf(deciding)]
  if (decider) return `"${kind}" ${deciding ? 'holds' : 'fails'}: ${tell([decider])}`
  if (truths.includes(null)) {
    return `"${kind}" is undecided: ${tell(members.filter((_, index) => truths[index] === null))}`
  }
  return `"${kind}" ${deciding ? 'fails' : 'holds'}: ${tell(members)}`
}

/** The words that follow "country is …". */
function describeTest(test: Test, truth: boolean, fact: Facts[Test['field']]): string {
  const { operator, value } = test.condition as Leaf
  if (operator === 'between' && Array.isArray(value)) return `, ${truth ? 'inside' : 'outside'} ${value.join('–')}`
  if (operator === 'matches') return `, which ${truth ? 'matches' : 'does not match'} the pattern ${quote(value)}`
  if (operator === 'equals') {
    if (!truth) return `, not ${quote(value)}`
    return value === fact ? '' : `, which ${quote(value)} covers`
  }
  const inside = truth === (operator === 'in')
  const list = `${inside ? 'in' : 'not in'} ${quoteList(value as readonly unknown[])}`
  return operator === 'not_in' && inside ? `, ${list}, which is excluded` : `, ${list}`
}

const LONGEST_QUOTE = 100
const LONGEST_LIST = 5

function quote(value: unknown): string {
  if (typeof value !== 'string') return String(value)
  return JSON.stringify(value.length > LONGEST_QUOTE ? `${value.slice(0, LONGEST_QUOTE)}…` : value)
}

function quoteList(values: readonly unknown[]): string {
  const shown = values.slice(0, LONGEST_LIST).map(quote)
  const more = values.length - shown.length
  return `[${shown.join(', ')}${more > 0 ? `, and ${more} more` : ''}]`
}
