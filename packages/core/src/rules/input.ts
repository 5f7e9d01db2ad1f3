// What may be written to a rule: a missing or unknown key is a wrong body, a wrong value is a wrong rule.
import { z } from 'zod'
import { readDestination } from '../links/destination.ts'
import { type Conditions, FIELDS, type Leaf, OPERATORS, validateCondition } from './index.ts'
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

export type RuleChange = Partial<NewRule>

type Body = z.output<z.ZodObject<typeof keys>>

/** A whole rule: one condition, as a leaf or as a tree, and where it leads. */
export const newRule = z.strictObject(keys).transform((body, context): NewRule => {
  for (const key of missingKeys(body))
    context.addIssue({ code: 'custom', message: 'is required', params: { path: key } })
  if (context.issues.length > 0) return z.NEVER
  const condition = readCondition(body, context)
  const url = readRedirectUrl(body.redirectUrl, context)
  return condition === undefined || url === undefined ? z.NEVER : { ...condition, redirectUrl: url }
})

/** A change: the whole condition or none of it, and the target or not. */
export const ruleChange = z.strictObject(keys).transform((body, context): RuleChange => {
  const change: RuleChange = {}
  if (hasCondition(body)) {
    for (const key of missingKeys({ ...body, redirectUrl: '' })) {
      context.addIssue({ code: 'custom', message: 'is required when the condition changes', params: { path: key } })
    }
    if (context.issues.length > 0) return z.NEVER
    Object.assign(change, readCondition(body, context))
  }
  if (body.redirectUrl !== undefined) Object.assign(change, { redirectUrl: readRedirectUrl(body.redirectUrl, context) })
  return context.issues.length > 0 ? z.NEVER : change
})

function hasCondition(body: Body): boolean {
  return [body.field, body.operator, body.value, body.conditions].some((part) => part !== undefined)
}

function missingKeys(body: Body): string[] {
  const leaf = (body.conditions ?? null) === null
  const wanted = leaf ? (['field', 'operator', 'value', 'redirectUrl'] as const) : (['redirectUrl'] as const)
  return wanted.filter((key) => body[key] === undefined)
}

function readCondition(body: Body, context: z.RefinementCtx): RuleCondition | undefined {
  const read = validateCondition(body)
  if (!read.ok) {
    for (const { path, message } of read.issues) refuse(context, path, message)
    return undefined
  }
  if ((body.conditions ?? null) !== null) {
    return { field: null, operator: null, value: null, conditions: read.condition as Conditions }
  }
  const leaf = read.condition as Leaf
  return { field: leaf.field, operator: leaf.operator, value: leaf.value, conditions: null }
}

function readRedirectUrl(text: unknown, context: z.RefinementCtx): string | undefined {
  const read = typeof text === 'string' ? readDestination(text) : ({ ok: false, reason: 'must be a URL' } as const)
  if (read.ok) return read.url
  refuse(context, 'redirectUrl', read.reason)
  return undefined
}

function refuse(context: z.RefinementCtx, path: string, message: string): void {
  context.addIssue({ code: 'custom', message, params: { code: 'INVALID_RULE', path } })
}
