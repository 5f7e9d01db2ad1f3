// The same rules in the words of json-logic-js and json-rules-engine.
import type { Conditions, Leaf, RuleLike } from '@linkwright/core/rules'
import jsonLogic from 'json-logic-js'
import { Engine, type NestedCondition, type TopLevelCondition } from 'json-rules-engine'
import type { Visitor } from './rule-sets.ts'

/** The place of the first rule that matches, or -1. */
export function logicOf(rules: readonly RuleLike[]): (facts: Visitor) => number {
  const logics = rules.map((rule) => toLogic(conditionOf(rule)))
  return (facts) => {
    for (let i = 0; i < logics.length; i++) if (jsonLogic.apply(logics[i]!, facts)) return i
    return -1
  }
}

export function engineOf(rules: readonly RuleLike[]): (facts: Visitor) => Promise<number> {
  const engine = new Engine()
  for (const [place, rule] of rules.entries()) {
    const condition = toCondition(conditionOf(rule))
    const conditions: TopLevelCondition = 'fact' in condition ? { all: [condition] } : (condition as TopLevelCondition)
    engine.addRule({ conditions, event: { type: String(place) }, priority: rules.length - place })
  }
  return async (facts) => {
    const { events } = await engine.run({ ...facts })
    return events.reduce((first, { type }) => (first < 0 ? Number(type) : Math.min(first, Number(type))), -1)
  }
}

function conditionOf(rule: RuleLike): Conditions {
  if (rule.conditions) return rule.conditions
  return { field: rule.field!, operator: rule.operator!, value: rule.value! }
}

function toLogic(condition: Conditions): object {
  if ('all' in condition) return { and: condition.all.map(toLogic) }
  if ('any' in condition) return { or: condition.any.map(toLogic) }
  if ('not' in condition) return { '!': toLogic(condition.not) }
  const fact = { var: condition.field }
  if (condition.operator === 'equals') return { '===': [fact, condition.value] }
  if (condition.operator === 'in') return { in: [fact, condition.value] }
  const [from, to] = hoursOf(condition)
  const bounds = [{ '>=': [fact, from] }, { '<=': [fact, to] }]
  return from <= to ? { and: bounds } : { or: bounds }
}

function toCondition(condition: Conditions): NestedCondition {
  if ('all' in condition) return { all: condition.all.map(toCondition) }
  if ('any' in condition) return { any: condition.any.map(toCondition) }
  if ('not' in condition) return { not: toCondition(condition.not) }
  const { field: fact, operator, value } = condition
  if (operator === 'equals') return { fact, operator: 'equal', value }
  if (operator === 'in') return { fact, operator: 'in', value }
  const [from, to] = hoursOf(condition)
  const bounds = [
    { fact, operator: 'greaterThanInclusive', value: from },
    { fact, operator: 'lessThanInclusive', value: to },
  ]
  return from <= to ? { all: bounds } : { any: bounds }
}

function hoursOf({ operator, value }: Leaf): [from: number, to: number] {
  if (operator !== 'between' || typeof value !== 'object') throw new Error(`Not translated: ${operator}`)
  return [Number(value[0]), Number(value[1])]
}
