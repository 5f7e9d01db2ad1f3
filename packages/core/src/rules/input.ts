// What may be written to a rule: a missing or unknown key is a wrong body, a wrong value is a wrong rule.
import { z } from 'zod'
import { type Issue, invalidAll } from '../errors.ts'
import { readDestination } from '../links/destination.ts'
import { type ConditionInput, type Conditions, FIELDS, type Leaf, OPERATORS, validateCondition } from './index.ts'
import type { RuleCondition } from './rule.ts'

const field = z.unknown().meta({ type: 'string', enum: [...FIELDS] })
const operator = z.unknown().meta({ type: 'string', enum: [...OPERATORS] })
const value = z
  .unknown()
  .meta({ description: 'What the fact is held against; its form depends on field and operator.' })
const conditions = z.unknown().meta({
  description: 'A tree of `all`, `any` and `not` over `{ field, operator, value }`, instead of the one condition.',
})
const redirectUrl = z.unknown().meta({ type: 'string', format: 'uri', maxLength: 2048 })

const keys = {
  field: field.optional(),
  operator: operator.optional(),
  value: value.optional(),
  conditions: conditions.optional(),
  redirectUrl: redirectUrl.optional(),
}

export interface NewRule extends RuleCondition {
  readonly redirectUrl: string
}

/** Parts of a condition change the rule's own one: a value alone keeps field and operator. */
export interface RuleChange extends ConditionInput {
  readonly redirectUrl?: string
}

const LEAF = ['field', 'operator', 'value'] as const

type Body = z.output<z.ZodObject<typeof keys>>

/** A whole rule: one condition, as a leaf or as a tree, and where it leads. */
export const newRule = z.strictObject(keys).transform((body, context): NewRule => {
  const missing = missingKeys(body)
  for (const key of missing) context.addIssue({ code: 'custom', message: 'is required', params: { path: key } })
  const condition = judgeCondition(body)
  if (!condition.ok) for (const issue of condition.issues) if (!missing.includes(issue.path)) refuse(context, issue)
  const redirectUrl = missing.includes('redirectUrl') ? undefined : readRedirectUrl(body.redirectUrl, context)
  return condition.ok && redirectUrl !== undefined ? { ...condition.condition, redirectUrl } : z.NEVER
})

/** A change of the condition, of the target, or of both. */
export const ruleChange = z.strictObject(keys).transform(({ redirectUrl, ...parts }, context): RuleChange => {
  // What is given in part can be judged only beside what is there already: see `changeCondition`.
  const whole = (parts.conditions ?? null) !== null || LEAF.every((key) => parts[key] !== undefined)
  const condition = whole ? judgeCondition(parts) : undefined
  if (condition?.ok === false) for (const issue of condition.issues) refuse(context, issue)
  return {
    ...(condition?.ok ? condition.condition : parts),
    ...(redirectUrl === undefined ? {} : { redirectUrl: readRedirectUrl(redirectUrl, context) ?? '' }),
  }
})

/** The condition that a rule has after a change. Throws `INVALID_RULE` if the parts do not go together. */
export function changeCondition(before: RuleCondition, change: RuleChange): RuleCondition {
  const { field, operator, value, conditions } = before
  const parts = Object.entries(change).filter(([name, part]) => name !== 'redirectUrl' && part !== undefined)
  if (parts.length === 0) return { field, operator, value, conditions }
  const isTree = (change.conditions ?? null) !== null
  const read = judgeCondition({ ...(isTree ? {} : { field, operator, value }), ...Object.fromEntries(parts) })
  if (!read.ok) throw invalidAll(read.issues, 'INVALID_RULE')
  return read.condition
}

function missingKeys(body: Body): string[] {
  const wanted = (body.conditions ?? null) === null ? [...LEAF, 'redirectUrl' as const] : ['redirectUrl' as const]
  return wanted.filter((key) => body[key] === undefined)
}

type Judged =
  | { readonly ok: true; readonly condition: RuleCondition }
  | { readonly ok: false; readonly issues: Issue[] }

function judgeCondition(input: ConditionInput): Judged {
  const read = validateCondition(input)
  if (!read.ok) return read
  if ((input.conditions ?? null) !== null) {
    const conditions = read.condition as Conditions
    return { ok: true, condition: { field: null, operator: null, value: null, conditions } }
  }
  const { field, operator, value } = read.condition as Leaf
  return { ok: true, condition: { field, operator, value, conditions: null } }
}

function readRedirectUrl(text: unknown, context: z.RefinementCtx): string | undefined {
  const read = typeof text === 'string' ? readDestination(text) : ({ ok: false, reason: 'must be a URL' } as const)
  if (read.ok) return read.url
  refuse(context, { path: 'redirectUrl', message: read.reason })
  return undefined
}

function refuse(context: z.RefinementCtx, { path, message }: Issue): void {
  context.addIssue({ code: 'custom', message, params: { code: 'INVALID_RULE', path } })
}
