// Reads a rule's condition from untrusted input: every issue listed, nothing coerced, values normalised.
import type { Condition, Conditions, Group, Issue, Leaf, Value } from './condition.ts'
import {
  BROWSERS,
  DEVICES,
  FIELDS,
  type Field,
  LIMITS,
  OPERATORS,
  OPERATORS_BY_FIELD,
  type Operator,
  VALUES_BY_FIELD,
} from './facts.ts'
import { compilePattern, type Pattern } from './pattern.ts'

/** A rule as it came over a wire. Null and absent mean the same. */
export interface ConditionInput {
  readonly field?: unknown
  readonly operator?: unknown
  readonly value?: unknown
  readonly conditions?: unknown
}

export type Validation =
  | { readonly ok: true; readonly condition: Condition }
  | { readonly ok: false; readonly issues: Issue[] }

/**
 * Checks one rule's condition. The condition that comes back is normalised: countries in upper case, other
 * text in lower case, a leading `www.` dropped, lists without duplicates. Messages never repeat the input.
 */
export function validateCondition(input: ConditionInput): Validation {
  return readCondition(input, new Map())
}

/** As `validateCondition`; the patterns that it had to compile are left in `patterns`, by their source. */
export function readCondition(input: ConditionInput, patterns: Map<string, Pattern>): Validation {
  const reading: Reading = { issues: [], patterns, leaves: 0 }
  const given = (key: string) => (own(input, key) ?? null) !== null
  const hasLeaf = ['field', 'operator', 'value'].some(given)
  const condition = given('conditions') && !hasLeaf ? readRoot(input.conditions, reading) : readLeaf(input, '', reading)
  if (given('conditions') && hasLeaf) {
    report(reading, 'conditions', 'must be absent beside field, operator and value: a rule has one or the other')
    readRoot(input.conditions, reading)
  }
  return reading.issues.length === 0 && condition !== undefined
    ? { ok: true, condition }
    : { ok: false, issues: reading.issues }
}

interface Reading {
  readonly issues: Issue[]
  readonly patterns: Map<string, Pattern>
  leaves: number
}

const GROUPS = ['all', 'any', 'not'] as const
const GROUP_SHAPE = '{ "all": […] }, { "any": […] } or { "not": … }'
const LEAF_KEYS: readonly string[] = ['field', 'operator', 'value']

/** Reads an own property only, so that names such as `constructor` find nothing. */
function own(source: object, key: string): unknown {
  return Object.hasOwn(source, key) ? Reflect.get(source, key) : undefined
}

function report(reading: Reading, path: string, message: string): undefined {
  reading.issues.push({ path, message: `${path.split('.').at(-1)} ${message}` })
}

function readRoot(node: unknown, reading: Reading): Conditions | undefined {
  if (isObject(node) && GROUPS.some((key) => Object.hasOwn(node, key))) return readNode(node, 'conditions', 1, reading)
  return report(reading, 'conditions', `must be ${GROUP_SHAPE}`)
}

function readNode(node: unknown, path: string, depth: number, reading: Reading): Conditions | undefined {
  if (!isObject(node)) {
    reading.leaves++
    return report(reading, path, `must be { field, operator, value }, ${GROUP_SHAPE}`)
  }
  const keys = Object.keys(node)
  const group = GROUPS.find((key) => Object.hasOwn(node, key))
  if (group !== undefined) {
    if (keys.length === 1) return readGroup(group, node[group], `${path}.${group}`, depth, reading)
    reading.leaves++
    return report(reading, path, 'must hold one of all, any and not, and nothing else')
  }
  if (++reading.leaves === LIMITS.leaves + 1) report(reading, 'conditions', `takes at most ${LIMITS.leaves} leaves`)
  if (reading.leaves > LIMITS.leaves) return
  if (keys.some((key) => !LEAF_KEYS.includes(key))) {
    report(reading, path, 'must hold field, operator and value, and nothing else')
  }
  return readLeaf(node, `${path}.`, reading)
}

function readGroup(
  group: (typeof GROUPS)[number],
  value: unknown,
  path: string,
  depth: number,
  reading: Reading,
): Group | undefined {
  if (depth > LIMITS.depth) {
    reading.leaves++
    return report(reading, path, `is nested too deep: at most ${LIMITS.depth} levels of all, any and not`)
  }
  if (group === 'not') {
    const member = readNode(value, path, depth + 1, reading)
    return member && { not: member }
  }
  if (!Array.isArray(value) || value.length === 0 || value.length > LIMITS.leaves) {
    reading.leaves++
    return report(reading, path, `must be a list of 1 to ${LIMITS.leaves} conditions`)
  }
  const members: Conditions[] = []
  for (const [index, item] of value.entries()) {
    if (reading.leaves > LIMITS.leaves) break
    const member = readNode(item, `${path}[${index}]`, depth + 1, reading)
    if (member) members.push(member)
  }
  return group === 'all' ? { all: members } : { any: members }
}

function readLeaf(source: object, prefix: string, reading: Reading): Leaf | undefined {
  const field = FIELDS.find((name) => name === own(source, 'field'))
  if (field === undefined) report(reading, `${prefix}field`, `must be one of ${FIELDS.join(', ')}`)
  const allowed = field === undefined ? OPERATORS : OPERATORS_BY_FIELD[field]
  const operator = allowed.find((name) => name === own(source, 'operator'))
  if (operator === undefined) {
    const which = field === undefined ? '' : ` (${field})`
    report(reading, `${prefix}operator`, `must be ${one(allowed)}${which}`)
  }
  const given = own(source, 'value')
  if (field === undefined || operator === undefined) {
    if (given === undefined || given === null) report(reading, `${prefix}value`, 'is missing')
    return
  }
  const value = readValue(field, operator, given, `${prefix}value`, reading)
  return value === undefined ? undefined : { field, operator, value }
}

function readValue(
  field: Field,
  operator: Operator,
  value: unknown,
  path: string,
  reading: Reading,
): Value | undefined {
  const takes = VALUES_BY_FIELD[field]
  if (operator === 'matches') return readPattern(field, value, path, reading)
  if (operator === 'equals') return readOne(field, value) ?? report(reading, path, `must be ${takes} (${field})`)
  const between = operator === 'between'
  if (!Array.isArray(value) || (between ? value.length !== 2 : value.length < 1 || value.length > LIMITS.values)) {
    const shape = between
      ? '[from, to], two integers from 0 to 23, both included'
      : `a list of 1 to ${LIMITS.values} values, each ${takes}`
    return report(reading, path, `must be ${shape} (${field} ${operator})`)
  }
  const items = Array.from(value, (item, index) => {
    return readOne(field, item) ?? report(reading, `${path}[${index}]`, `must be ${takes} (${field})`)
  })
  if (field === 'hour_utc') {
    const hours = items.filter((item) => typeof item === 'number')
    return between ? hours : [...new Set(hours)]
  }
  return [...new Set(items.filter((item) => typeof item === 'string'))]
}

function readPattern(field: Field, value: unknown, path: string, reading: Reading): string | undefined {
  if (typeof value !== 'string' || value.length < 1 || value.length > LIMITS.patternLength) {
    return report(reading, path, `must be an RE2 pattern of 1 to ${LIMITS.patternLength} characters (${field} matches)`)
  }
  if (reading.patterns.has(value)) return value
  const compiled = compilePattern(value)
  if (!compiled.ok) {
    return report(reading, path, `must be an RE2 pattern that compiles (${field} matches): ${compiled.reason}`)
  }
  reading.patterns.set(value, compiled.pattern)
  return value
}

/** One value of the field, normalised, or undefined when it is not one. */
function readOne(field: Field, value: unknown): string | number | boolean | undefined {
  if (field === 'returning') return typeof value === 'boolean' ? value : undefined
  if (field === 'hour_utc') return isHour(value) ? value : undefined
  if (typeof value !== 'string') return
  if (field === 'country') return /^[A-Za-z]{2}$/.test(value) ? value.toUpperCase() : undefined
  const text = value.length > 260 ? '' : value.toLowerCase()
  if (field === 'device') return DEVICES.find((device) => device === text)
  if (field === 'browser') return BROWSERS.find((browser) => browser === text)
  if (field === 'language') return /^[a-z]{2,8}(?:-[a-z0-9]{1,8})*$/.test(text) ? text : undefined
  const host = text.startsWith('www.') ? text.slice(4) : text
  return isHost(host) ? host : undefined
}

function isHour(value: unknown): value is number {
  return Number.isInteger(value) && !Object.is(value, -0) && Number(value) >= 0 && Number(value) <= 23
}

/** A second `www.` is refused: dropping one more each time that a rule is read would change its meaning. */
function isHost(host: string): boolean {
  if (host.length > 253 || host.startsWith('www.')) return false
  return host.split('.').every((label) => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(label))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function one(names: readonly string[]): string {
  return names.length === 1 ? `${names[0]}` : `one of ${names.join(', ')}`
}
