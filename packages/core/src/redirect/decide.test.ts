// The order of a decision, as the whole table of states.
import { describe, expect, test } from 'vitest'
import { POLICY, START, visitTo } from '../../test/world.ts'
import type { AgentClass } from '../clicks/visitor.ts'
import type { Link } from '../links/link.ts'
import type { Rule } from '../rules/rule.ts'
import { hmacKey, signLink } from '../signing/index.ts'
import { compileLink } from './compiled.ts'
import { decide, type VisitorFacts } from './decide.ts'
import { STATUS } from './visit.ts'

const key = hmacKey(Buffer.from('k'.repeat(32)))

const link: Link = {
  id: 'link',
  seq: 1,
  ownerId: 'owner',
  domainId: null,
  slug: 'promo',
  destinationUrl: 'https://example.com/',
  title: null,
  iosUrl: 'https://example.com/ios',
  androidUrl: 'https://example.com/android',
  requireSignature: false,
  trustScore: 90,
  trustReason: '',
  screening: 'clear',
  maxClicks: null,
  clicks: 0,
  startsAt: null,
  expiresAt: null,
  disabled: false,
  archivedAt: null,
  createdAt: START,
  updatedAt: START,
}

const rules = ['DE', 'FR', 'DE'].map(
  (value, index): Rule => ({
    id: `rule${index + 1}`,
    linkId: 'link',
    field: 'country',
    operator: 'equals',
    value,
    conditions: null,
    redirectUrl: `https://example.com/${index + 1}`,
    priority: index + 1,
    createdAt: START,
    updatedAt: START,
  }),
)

const unknown: VisitorFacts = {
  agent: null,
  country: null,
  device: null,
  browser: null,
  referer_host: null,
  hour_utc: 10,
  language: null,
  returning: null,
}

const agent = (platform: AgentClass['platform']): AgentClass => ({
  device: 'mobile',
  browser: 'safari',
  platform,
  bot: false,
})

async function compiled(patch: Partial<Link> = {}, withRules: readonly Rule[] = rules) {
  const ports = { policy: POLICY, isOwnHost: () => false, openKey: () => key }
  const keys = [{ id: 'kid', ownerId: 'owner', sealed: '', createdAt: START, retiredAt: null }]
  return compileLink({ link: { ...link, ...patch }, rules: withRules, keys }, 'go.example.org', ports)
}

const visit = visitTo('/promo')

const flags = ['disabled', 'notYet', 'expired', 'archived', 'signature', 'rule', 'platform'] as const
const states = Array.from({ length: 2 ** flags.length }, (_, bits) =>
  flags.filter((_, index) => ((bits >> index) & 1) === 1),
)

test.each(states.map((on) => [on.join(' ') || 'nothing', on] as const))('%s', async (_, on) => {
  const has = (flag: (typeof flags)[number]) => on.includes(flag)
  const subject = await compiled({
    disabled: has('disabled'),
    startsAt: has('notYet') ? START + 1 : START,
    expiresAt: has('expired') ? START : START + 1,
    archivedAt: has('archived') ? START - 1 : null,
    requireSignature: has('signature'),
  })
  const facts = { ...unknown, country: has('rule') ? 'FR' : null, agent: has('platform') ? agent('ios') : null }
  const { outcome, url, ruleId } = decide(subject, visit, START, facts)
  const closed: [boolean, string][] = [
    [has('disabled'), 'disabled'],
    [has('notYet'), 'not_yet'],
    [has('expired'), 'expired'],
    [has('archived'), 'archived'],
    [has('signature'), 'signature_required'],
  ]
  const expected = closed.find(([holds]) => holds)?.[1] ?? 'redirect'
  const open = has('rule') ? 'https://example.com/2' : `https://example.com/${has('platform') ? 'ios' : ''}`
  expect([outcome, url]).toEqual([expected, expected === 'redirect' ? open : null])
  expect(ruleId).toBe(expected === 'redirect' && has('rule') ? 'rule2' : null)
})

describe('the edges', () => {
  test('a link starts at its first millisecond and is expired at its last', async () => {
    const subject = await compiled({ startsAt: START, expiresAt: START + 10 })
    const at = (now: number) => decide(subject, visit, now, unknown).outcome
    expect([START - 1, START, START + 9, START + 10].map(at)).toEqual(['not_yet', 'redirect', 'redirect', 'expired'])
  })

  test('the first rule that matches wins, and an unknown fact matches none', async () => {
    const subject = await compiled()
    expect(decide(subject, visit, START, { ...unknown, country: 'DE' }).ruleId).toBe('rule1')
    expect(decide(subject, visit, START, unknown).ruleId).toBeNull()
  })

  test.each([
    ['ios', {}, 'https://example.com/ios'],
    ['android', {}, 'https://example.com/android'],
    [null, {}, 'https://example.com/'],
    ['ios', { iosUrl: null }, 'https://example.com/'],
    ['android', { androidUrl: null }, 'https://example.com/'],
    ['ios', { iosUrl: null, androidUrl: null }, 'https://example.com/'],
  ] as const)('on %s with %j: %s', async (platform, patch, url) => {
    expect(decide(await compiled(patch), visit, START, { ...unknown, agent: agent(platform) }).url).toBe(url)
  })

  test('a flagged link is disabled, a pending one is not', async () => {
    expect(decide(await compiled({ screening: 'flagged' }), visit, START, unknown).outcome).toBe('disabled')
    expect(decide(await compiled({ screening: 'pending' }), visit, START, unknown).outcome).toBe('redirect')
  })

  test('the way that leads back to us is closed, the others are not', async () => {
    const loop = { ...rules[0]!, redirectUrl: 'https://go.example.org/other' }
    const subject = await compiled({}, [loop])
    expect(decide(subject, visit, START, { ...unknown, country: 'DE' }).outcome).toBe('not_found')
    expect(decide(subject, visit, START, unknown).outcome).toBe('redirect')
  })

  test('a rule that is no longer valid is passed over', async () => {
    const odd = { ...rules[0]!, value: 'Germany' }
    expect(decide(await compiled({}, [odd, ...rules]), visit, START, { ...unknown, country: 'FR' }).ruleId).toBe(
      'rule2',
    )
  })
})

describe('a signature', () => {
  const sign = (nonce: string | null = null) =>
    signLink({ origin: 'https://go.example.org', path: '/promo', kid: 'kid', key, exp: START / 1000 + 60, nonce })
  const visitOf = (url: string) => visitTo(new URL(url).pathname + new URL(url).search)

  test('that is good lets pass, with its nonce left to be used up', async () => {
    const subject = await compiled({ requireSignature: true })
    expect(decide(subject, visitOf(sign()), START, unknown)).toMatchObject({ outcome: 'redirect', nonce: null })
    const once = decide(subject, visitOf(sign('n1')), START, unknown)
    expect(once).toMatchObject({ outcome: 'redirect', nonce: 'n1', nonceExpiresAt: START + 60_000 })
  })

  test('on a link that needs none is not looked at', async () => {
    expect(decide(await compiled(), visitOf(`${sign('n1')}x`), START, unknown)).toMatchObject({ nonce: null })
  })

  test('can be told instead of checked', async () => {
    const subject = await compiled({ requireSignature: true })
    expect(decide(subject, visit, START, unknown, true).outcome).toBe('redirect')
    expect(decide(subject, visitOf(sign()), START, unknown, false).outcome).toBe('signature_required')
  })

  test.each(['lw_sig', 'lw_sig=x', 'lw_exp=1', 'lw_kid=kid&lw_sig='])(
    'that is broken (%s) is invalid',
    async (query) => {
      const subject = await compiled({ requireSignature: true })
      expect(decide(subject, visitTo(`/promo?${query}`), START, unknown).outcome).toBe('signature_invalid')
      expect(decide(subject, visitTo('/promo?utm=lw_'), START, unknown).outcome).toBe('signature_required')
    },
  )
})

test('outcomes have the statuses that visitors get', () => {
  expect(STATUS).toEqual({
    redirect: 302,
    not_found: 404,
    not_yet: 404,
    disabled: 410,
    expired: 410,
    archived: 410,
    exhausted: 410,
    signature_required: 403,
    signature_invalid: 403,
  })
})
