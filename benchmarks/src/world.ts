// The links that are visited, in a SQLite file of their own, and what each visit must be answered with.
import { sqlite } from '@linkwright/storage-sql/sqlite'
import { type Linkwright, linkwright, PLANS, SCOPES } from 'linkwright'
import { BROWSER_HEADERS } from './load.ts'

export const ORIGIN = 'http://go.example.com'
export const SECRET = 'a secret of the benchmark, and of nobody else'
export const PLANS_WITHOUT_LIMIT = { ...PLANS, unlimited: { ...PLANS.premium, requestsPerMinute: 1e9 } }

export interface World {
  readonly file: string
  readonly owner: { readonly id: string; readonly subject: string }
  readonly token: string
  /** Ids of the links, by slug. */
  readonly ids: ReadonlyMap<string, string>
  /** Path and query of the signed link. */
  readonly signedPath: string
}

export interface ExpectedVisit {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly location: string
}

const PLAIN = 'https://example.com/landing'
const to = (name: string) => `https://example.com/${name}`
/** In their order; a desktop Chrome in English gets past four of them to the fifth. */
const RULES = [
  { field: 'language', operator: 'in', value: ['de', 'fr'], redirectUrl: to('speakers') },
  { field: 'device', operator: 'equals', value: 'mobile', redirectUrl: to('mobile') },
  { field: 'referer_host', operator: 'equals', value: 'news.example.net', redirectUrl: to('readers') },
  { field: 'browser', operator: 'in', value: ['firefox', 'opera'], redirectUrl: to('foxes') },
  { field: 'browser', operator: 'equals', value: 'chrome', redirectUrl: to('chrome') },
] as const
const VISITORS = {
  speakers: { 'Accept-Language': 'fr-CA,fr;q=0.9' },
  mobile: {
    'User-Agent':
      'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36',
  },
  readers: { Referer: 'https://www.news.example.net/item?id=1' },
  foxes: { 'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0' },
  chrome: {},
}
const SAFARI =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15'

export async function createWorld(file: string): Promise<World> {
  const links = open(file)
  try {
    await links.migrate()
    const { accounts, tokens } = links.core
    const user = await accounts.create({ email: 'bench@example.com', plan: 'unlimited' })
    const owner = await accounts.ownerOf(user.id)
    const { text: token } = await tokens.issue(owner, user.id, { name: 'bench', scopes: SCOPES })
    const ours = links.as(owner, { plan: 'premium' })
    const create = (customSlug: string) => ours.links.create({ destinationUrl: PLAIN, customSlug })
    const plain = await create('plain')
    const ruled = await create('ruled')
    for (const { value, ...rule } of RULES) {
      await ours.rules.create(ruled.id, { ...rule, value: typeof value === 'string' ? value : [...value] })
    }
    const signed = await create('signed')
    await ours.links.update(signed.id, { requireSignature: true })
    const { url } = await ours.links.sign(signed.id, { expiresInSeconds: 86_400 })
    const ids = new Map([plain, ruled, signed].map((link) => [link.slug, link.id]))
    return { file, owner, token, ids, signedPath: url.slice(ORIGIN.length) }
  } finally {
    await links.close()
  }
}

/** Every rule is met once, and none once. */
export function expectedVisits({ signedPath }: World): ExpectedVisit[] {
  const ruled = Object.entries(VISITORS).map(([name, headers]) => ({ path: '/ruled', headers, location: to(name) }))
  return [
    { path: '/plain', headers: {}, location: PLAIN },
    { path: signedPath, headers: {}, location: PLAIN },
    ...ruled,
    { path: '/ruled', headers: { 'User-Agent': SAFARI }, location: PLAIN },
  ].map((visit) => ({ ...visit, headers: { ...BROWSER_HEADERS, ...visit.headers } }))
}

/** What the statistics say of all links together, once the server has ended. */
export async function countClicks(file: string, { owner, ids }: World): Promise<number> {
  const links = open(file)
  try {
    const stats = links.as(owner, { plan: 'premium' }).links
    let clicks = 0
    for (const id of ids.values()) clicks += (await stats.stats(id)).clicks
    return clicks
  } finally {
    await links.close()
  }
}

function open(file: string): Linkwright {
  return linkwright({ origin: ORIGIN, storage: sqlite(file), secret: SECRET, plans: PLANS_WITHOUT_LIMIT })
}
