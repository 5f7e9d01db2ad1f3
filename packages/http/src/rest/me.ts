// Who calls, over REST: the way to see that a token is wired correctly.
import { SCOPES } from '@linkwright/core'
import { z } from 'zod'
import { contract, type Endpoint, endpoint } from '../contract.ts'
import { presentId } from '../present.ts'

const me = z
  .object({
    userId: z.string(),
    tokenId: z.string().nullable().meta({ description: "Null for a host's own user." }),
    scopes: z.array(z.enum(SCOPES)),
    plan: z.string(),
    limits: z.object({
      apiRequestsPerMinute: z.int(),
      linksPerMonth: z.int(),
      routingRulesPerLink: z.int(),
    }),
  })
  .meta({ id: 'Me' })

const getMe = contract({
  name: 'getMe',
  method: 'GET',
  path: '/me',
  auth: true,
  scope: null,
  output: me,
  status: 200,
  errors: [],
  summary: 'Who you are, and what your plan allows',
  example: {
    output: {
      userId: 'usr_01KRBQM7N0V9Z3X8W2Y6T4S5R4',
      tokenId: 'tok_01KRBQM7N0V9Z3X8W2Y6T4S5R5',
      scopes: ['links:read', 'links:write'],
      plan: 'growth',
      limits: { apiRequestsPerMinute: 60, linksPerMonth: 500, routingRulesPerLink: 5 },
    },
  },
})

export const meContracts = { getMe }

export function meEndpoints(): readonly Endpoint[] {
  return [
    endpoint(getMe, ({ caller: { actor, scopes, plan } }) => ({
      userId: presentId('usr_', actor.userId),
      tokenId: actor.kind === 'token' ? presentId('tok_', actor.id) : null,
      scopes: SCOPES.filter((scope) => scopes.has(scope)),
      plan: plan.name,
      limits: {
        apiRequestsPerMinute: plan.requestsPerMinute,
        linksPerMonth: plan.linksPerMonth,
        routingRulesPerLink: plan.rulesPerLink,
      },
    })),
  ]
}
