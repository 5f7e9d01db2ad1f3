// Finds rules that can never win. It only reports what it can prove; silence is no promise.
import { compile, evaluate, isGroup, type Test } from './compile.ts'
import type { Condition, Leaf, RuleLike } from './condition.ts'
import { BROWSERS, DEVICES, type Facts, FIELDS, type Field } from './facts.ts'

export interface Finding {
  readonly ruleId: string
  /**
   * - `contradictory`: the condition can never be true
   * - `duplicate`: an earlier rule matches exactly the same visits
   * - `shadowed`: an earlier rule matches these visits and more
   * - `unreachable`: several earlier rules together match all of these visits
   */
  readonly kind: 'unreachable' | 'shadowed' | 'contradictory' | 'duplicate'
  readonly message: string
  /** The earlier rule, where it is one rule. */
  readonly otherRuleId?: string
}

/**
 * Lists rules, given in priority order, that no visit can reach: at most one finding a rule.
 * @throws {InvalidRuleError} as `compile` does.
 */
export function lint(rules: readonly RuleLike[]): Finding[] {
  const { tests } = compile(rules)
  const space = buildSpace(tests.flatMap(listLeaves))
  const purse = { steps: STEPS }
  const earlier: { id: string; boxes: readonly Box[] }[] = []
  const words = tests.map((test) => keyOf(test.condition))
  const firstSaid = new Map(words.map((key, index) => [key, index] as const).reverse())
  const findings: Finding[] = []
  for (const [index, { id }] of rules.entries()) {
    const boxes = listBoxes(tests[index]!, true, space)
    const finding = boxes ? judge(id, boxes, earlier, purse) : findTwin(rules, index, firstSaid.get(words[index]!))
    if (finding) findings.push(finding)
    if (boxes) earlier.push({ id, boxes })
  }
  return findings
}

/**
 * A condition is judged as a union of boxes. A box holds a bit mask per field, in the order of FIELDS: which
 * classes of facts it admits. Bit 0 stands for "unknown"; each further bit for all facts of the field that the
 * leaves in these rules cannot tell apart.
 */
type Box = readonly bigint[]

interface Space {
  /** Per field, all classes with and without "unknown". */
  readonly full: Box
  readonly known: Box
  /** The classes for which a leaf is true; leaves that cannot be judged are left out. */
  readonly masks: ReadonlyMap<string, bigint>
}

/** Bounds the work of one lint; past them it says nothing. */
const STEPS = 500_000
const BOXES = 256
/** Facts that no rule names are split by which patterns they match: 2^n classes. */
const PATTERNS = 4
/** Leaves times named facts of one field; leaves past that are left out. */
const CELLS = 500_000

function judge(
  ruleId: string,
  boxes: readonly Box[],
  earlier: readonly { id: string; boxes: readonly Box[] }[],
  purse: { steps: number },
): Finding | null {
  if (boxes.length === 0) {
    return { ruleId, kind: 'contradictory', message: 'This rule can never match: its conditions exclude one another.' }
  }
  const all = earlier.flatMap((other) => other.boxes)
  if (!covers(all, boxes, purse)) return null
  const twin = earlier.find((other) => covers(other.boxes, boxes, purse) && covers(boxes, other.boxes, purse))
  if (twin) return duplicate(ruleId, twin.id)
  const wider = earlier.find((other) => covers(other.boxes, boxes, purse))
  if (wider) {
    const message = `This rule is never reached: rule ${wider.id} before it matches all that this one matches.`
    return { ruleId, kind: 'shadowed', message, otherRuleId: wider.id }
  }
  const message = 'This rule is never reached: the rules before it together match all that this one matches.'
  return { ruleId, kind: 'unreachable', message }
}

/** For rules that are too tangled to judge: whether an earlier one says the same, word by word. */
function findTwin(rules: readonly RuleLike[], index: number, first = index): Finding | undefined {
  return first < index ? duplicate(rules[index]!.id, rules[first]!.id) : undefined
}

function duplicate(ruleId: string, otherRuleId: string): Finding {
  const message = `This rule is never reached: rule ${otherRuleId} before it matches exactly the same visits.`
  return { ruleId, kind: 'duplicate', message, otherRuleId }
}

/** Whether every box lies inside the union of the covers: what each cover leaves over goes on to the next. */
function covers(union: readonly Box[], boxes: readonly Box[], purse: { steps: number }): boolean {
  const work = boxes.map((box) => ({ box, from: 0 }))
  for (let item = work.pop(); item; item = work.pop()) {
    const { box, from } = item
    let index = from
    while (index < union.length && !meets(box, union[index]!)) index++
    purse.steps -= index - from + 1
    const cover = union[index]
    if (!cover || purse.steps < 0) return false
    let rest = box
    for (const [field, mask] of cover.entries()) {
      const outside = rest[field]! & ~mask
      if (outside !== 0n) work.push({ box: rest.with(field, outside), from: index + 1 })
      rest = rest.with(field, rest[field]! & mask)
    }
  }
  return true
}

function meets(one: Box, other: Box): boolean {
  return one.every((mask, field) => (mask & other[field]!) !== 0n)
}

/** The boxes in which the test is true (or false, as wanted); null when that cannot be said within bounds. */
function listBoxes(test: Test, wanted: boolean, space: Space): readonly Box[] | null {
  if (test.kind === 'not') return listBoxes(test.members[0]!, !wanted, space)
  if (!isGroup(test)) {
    const mask = space.masks.get(keyOf(test.condition))
    if (mask === undefined) return null
    const field = FIELDS.indexOf(test.field)
    const admitted = wanted ? mask : space.known[field]! & ~mask
    return admitted === 0n ? [] : [space.full.with(field, admitted)]
  }
  const every = (test.kind === 'all') === wanted
  let boxes: readonly Box[] = every ? [space.full] : []
  for (const member of test.members) {
    const more = listBoxes(member, wanted, space)
    if (more === null) return null
    boxes = every
      ? boxes.flatMap((box) => more.filter((other) => meets(box, other)).map(cut(box)))
      : [...boxes, ...more]
    if (boxes.length > BOXES) return null
  }
  return boxes
}

function cut(box: Box): (other: Box) => Box {
  return (other) => other.map((mask, field) => mask & box[field]!)
}

function listLeaves(test: Test): Test[] {
  return isGroup(test) ? test.members.flatMap(listLeaves) : [test]
}

function keyOf(condition: Condition): string {
  return JSON.stringify(condition)
}

function buildSpace(leaves: readonly Test[]): Space {
  const masks = new Map<string, bigint>()
  const known = FIELDS.map((field) => {
    const here = leaves.filter((leaf) => leaf.field === field)
    return classify(field, [...new Map(here.map((leaf) => [keyOf(leaf.condition), leaf])).values()], masks)
  })
  return { full: known.map((mask) => mask | 1n), known, masks }
}

/** Sorts the field's facts into classes by which leaves are true for them; returns the mask of all classes. */
function classify(field: Field, leaves: readonly Test[], masks: Map<string, bigint>): bigint {
  const open = !(field in CLOSED)
  const patterns = open ? leaves.filter((leaf) => leaf.kind === 'pattern') : []
  const surplus = new Set(patterns.slice(PATTERNS))
  let judged = leaves.filter((leaf) => !surplus.has(leaf))
  while (judged.length * listNamed(judged).length > CELLS) judged = judged.slice(0, judged.length >> 1)
  const classes = new Set<string>()
  for (const fact of CLOSED[field] ?? listNamed(judged)) {
    const facts = { ...UNKNOWN, [field]: fact }
    classes.add(judged.map((leaf) => (evaluate(leaf, facts) ? '1' : '0')).join(''))
  }
  for (const fact of open ? listOthers(field, judged) : []) {
    const facts = { ...UNKNOWN, [field]: fact }
    for (let matched = 0; matched < 2 ** Math.min(patterns.length, PATTERNS); matched++) {
      const holds = (leaf: Test) =>
        leaf.kind === 'pattern' ? (matched >> patterns.indexOf(leaf)) & 1 : evaluate(leaf, facts) ? 1 : 0
      classes.add(judged.map(holds).join(''))
    }
  }
  for (const [column, leaf] of judged.entries()) {
    const bits = [...classes].map((signature) => signature[column])
    masks.set(keyOf(leaf.condition), BigInt(`0b${bits.join('')}0`))
  }
  return (1n << BigInt(classes.size + 1)) - 2n
}

const UNKNOWN: Facts = {
  country: null,
  device: null,
  browser: null,
  referer_host: null,
  hour_utc: null,
  language: null,
  returning: null,
}

/** Fields whose facts can be listed; the others hold any text. */
const CLOSED: Readonly<Partial<Record<Field, readonly (string | number | boolean)[]>>> = {
  device: DEVICES,
  browser: BROWSERS,
  hour_utc: Array.from({ length: 24 }, (_, hour) => hour),
  returning: [true, false],
}

function listNamed(leaves: readonly Test[]): string[] {
  const values = leaves.filter((leaf) => leaf.kind !== 'pattern').map((leaf) => (leaf.condition as Leaf).value)
  return [...new Set(values.flat().map(String))]
}

/** Stand-ins for the facts that no leaf names. "?" occurs in none; `en-?` stands for the unnamed kinds of `en`. */
function listOthers(field: Field, leaves: readonly Test[]): string[] {
  if (field !== 'language') return ['?']
  const primary = listNamed(leaves).filter((tag) => !tag.includes('-'))
  return ['?', ...primary.map((tag) => `${tag}-?`)]
}
