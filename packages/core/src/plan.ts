// Plans: what a plan subject may use. Hosts replace the table or answer per owner.

/** Limits of one plan. A plan with no API requests has no API at all. */
export interface Plan {
  readonly name: string
  /** Tokens that may be active at once. */
  readonly tokens: number
  readonly requestsPerMinute: number
  /** Links created in a UTC calendar month; deleting one does not give its place back. */
  readonly linksPerMonth: number
  readonly rulesPerLink: number
  /** Whether `iosUrl` and `androidUrl` may hold a value. */
  readonly premiumFields: boolean
}

export type Plans = Readonly<Record<string, Plan>>

/** The plans that the standalone server offers. */
export const PLANS = {
  free: plan('free', 0, 0, 50, 0, false),
  core: plan('core', 0, 0, 100, 1, false),
  growth: plan('growth', 5, 60, 500, 5, false),
  premium: plan('premium', 25, 300, 10_000, 25, true),
} as const satisfies Plans

function plan(
  name: string,
  tokens: number,
  requestsPerMinute: number,
  linksPerMonth: number,
  rulesPerLink: number,
  premiumFields: boolean,
): Plan {
  return { name, tokens, requestsPerMinute, linksPerMonth, rulesPerLink, premiumFields }
}

export function hasApi(plan: Plan): boolean {
  return plan.requestsPerMinute > 0
}
