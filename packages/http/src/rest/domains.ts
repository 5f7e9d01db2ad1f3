// Custom domains over REST: read only, since proving one takes DNS.
import type { Core, Domain } from '@linkwright/core'
import { z } from 'zod'
import { contract, type Endpoint, endpoint } from '../contract.ts'
import { pageQuery, pagination, presentPage } from '../page.ts'
import { presentId, presentTime } from '../present.ts'

const domain = z
  .object({ id: z.string(), host: z.string(), verified: z.boolean(), createdAt: z.iso.datetime() })
  .meta({ id: 'Domain' })

const listDomains = contract({
  name: 'listDomains',
  method: 'GET',
  path: '/domains',
  auth: true,
  scope: 'domains:read',
  query: z.strictObject(pageQuery({ maximum: 200, usual: 50 })),
  output: z.object({ data: z.array(domain), pagination }),
  status: 200,
  errors: [],
  summary: 'List your custom domains, newest first',
  example: {
    output: {
      data: [
        {
          id: 'dom_01KRBQM7N0V9Z3X8W2Y6T4S5R3',
          host: 'go.example.com',
          verified: true,
          createdAt: '2026-05-09T15:24:00.000Z',
        },
      ],
      pagination: { limit: 50, count: 1, nextCursor: null },
    },
  },
})

export const domainContracts = { listDomains }

export function domainEndpoints({ domains }: Pick<Core, 'domains'>): readonly Endpoint[] {
  return [
    endpoint(listDomains, async ({ caller }, { query: { limit, cursor } }) =>
      presentPage(await domains.list(caller, { limit, after: cursor }), limit, presentDomain),
    ),
  ]
}

export function presentDomain(row: Domain): z.output<typeof domain> {
  return {
    id: presentId('dom_', row.id),
    host: row.host,
    verified: row.verifiedAt !== null,
    createdAt: presentTime(row.createdAt),
  }
}
