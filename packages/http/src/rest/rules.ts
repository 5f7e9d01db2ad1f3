// Routing rules over REST.
import { type Core, newRule, type Rule, ruleChange } from '@linkwright/core'
import { FIELDS, OPERATORS } from '@linkwright/core/rules'
import { z } from 'zod'
import { contract, type Endpoint, endpoint, finishWith, nothing } from '../contract.ts'
import { presentId, presentTime, wireId } from '../present.ts'
import { linkParams } from './links.ts'

const scalar = z.union([z.string(), z.number(), z.boolean()])

const rule = z
  .object({
    id: z.string(),
    linkId: z.string(),
    field: z.enum(FIELDS).nullable(),
    operator: z.enum(OPERATORS).nullable(),
    value: z.union([scalar, z.array(scalar)]).nullable(),
    conditions: z
      .record(z.string(), z.unknown())
      .nullable()
      .meta({ description: 'A tree of `all`, `any` and `not`, instead of the one condition.' }),
    redirectUrl: z.string(),
    priority: z.int().meta({ description: 'From 1, without gaps; the first rule that matches wins.' }),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Rule' })

const ruleList = z.object({ data: z.array(rule) })

const body = { field: 'country', operator: 'equals', value: 'US', redirectUrl: 'https://example.com/us' } as const
const example: z.output<typeof rule> = {
  id: 'rul_01KRBQM7N0V9Z3X8W2Y6T4S5R2',
  linkId: 'lnk_01KRBQM7N0V9Z3X8W2Y6T4S5R1',
  ...body,
  conditions: null,
  priority: 1,
  createdAt: '2026-05-09T15:24:00.000Z',
  updatedAt: '2026-05-09T15:24:00.000Z',
}

const ruleParams = z.object({ id: wireId('rul_') })

const listRules = contract({
  name: 'listRules',
  method: 'GET',
  path: '/links/:id/rules',
  auth: true,
  scope: 'rules:read',
  params: linkParams,
  output: ruleList,
  status: 200,
  errors: [],
  summary: "List a link's routing rules in priority order",
  example: { output: { data: [example] } },
})

const createRule = contract({
  name: 'createRule',
  method: 'POST',
  path: '/links/:id/rules',
  auth: true,
  scope: 'rules:write',
  params: linkParams,
  body: newRule,
  output: rule,
  status: 201,
  errors: ['INVALID_RULE', 'URL_FLAGGED', 'PLAN_LIMIT_EXCEEDED'],
  summary: 'Add a routing rule behind the others',
  example: { body, output: example },
})

const orderRules = contract({
  name: 'orderRules',
  method: 'PUT',
  path: '/links/:id/rules/order',
  auth: true,
  scope: 'rules:write',
  params: linkParams,
  body: z.strictObject({ ruleIds: z.array(wireId('rul_')).max(1000) }),
  output: ruleList,
  status: 200,
  errors: [],
  summary: "Set the order of all of a link's rules at once",
  example: { body: { ruleIds: [example.id] }, output: { data: [example] } },
})

const updateRule = contract({
  name: 'updateRule',
  method: 'PATCH',
  path: '/rules/:id',
  auth: true,
  scope: 'rules:write',
  params: ruleParams,
  body: ruleChange,
  output: rule,
  status: 200,
  errors: ['INVALID_RULE', 'URL_FLAGGED'],
  summary: 'Change the condition of a routing rule, its target, or both',
  example: { body: { redirectUrl: body.redirectUrl }, output: example },
})

const deleteRule = contract({
  name: 'deleteRule',
  method: 'DELETE',
  path: '/rules/:id',
  auth: true,
  scope: 'rules:write',
  params: ruleParams,
  output: nothing,
  status: 204,
  errors: [],
  summary: 'Delete a routing rule',
})

export const ruleContracts = { listRules, createRule, orderRules, updateRule, deleteRule }

export function ruleEndpoints({ rules }: Pick<Core, 'rules'>): readonly Endpoint[] {
  return [
    endpoint(listRules, async ({ caller }, { params }) => presentRules(await rules.list(caller, params.id))),
    endpoint(createRule, async (context, { params, body }) =>
      presentRule(await rules.create(context.caller, params.id, body, finishWith(context, presentRule))),
    ),
    endpoint(orderRules, async ({ caller }, { params, body }) =>
      presentRules(await rules.reorder(caller, params.id, body.ruleIds)),
    ),
    endpoint(updateRule, async ({ caller }, { params, body }) =>
      presentRule(await rules.update(caller, params.id, body)),
    ),
    endpoint(deleteRule, async ({ caller }, { params }) => {
      await rules.delete(caller, params.id)
      return undefined
    }),
  ]
}

function presentRules(rules: readonly Rule[]): z.output<typeof ruleList> {
  return { data: rules.map(presentRule) }
}

function presentRule(row: Rule): z.output<typeof rule> {
  return {
    id: presentId('rul_', row.id),
    linkId: presentId('lnk_', row.linkId),
    field: row.field,
    operator: row.operator,
    value: row.value as z.output<typeof rule>['value'],
    conditions: row.conditions as z.output<typeof rule>['conditions'],
    redirectUrl: row.redirectUrl,
    priority: row.priority,
    createdAt: presentTime(row.createdAt),
    updatedAt: presentTime(row.updatedAt),
  }
}
