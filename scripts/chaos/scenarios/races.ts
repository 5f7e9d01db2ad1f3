// A hundred at once on two processes: what may happen n times happens n times, not once more and not once less.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Judge } from '../findings.ts'
import type { Person, Wish } from '../office.ts'
import { apiRequest, visitRequest } from '../requests.ts'
import type { Play, Scenario } from '../scenario.ts'
import { isKnown, makeLink, once, until } from '../visits.ts'
import { createConnection, type Reply } from '../wire.ts'

const AT_ONCE = 100
const PLACES = 7
const MOST_CLICKS = 10
/** The growth plan's calls a minute, and the premium plan's links a month. */
const CALLS = 60
const LINKS = 10_000

/** Who takes part in one round. */
const WISHES: readonly Wish[] = [
  { plan: 'premium', tokens: 3 },
  { plan: 'premium', tokens: 1, used: LINKS - PLACES },
  { plan: 'growth', tokens: 1 },
]

export const races: Scenario = {
  name: 'races',
  engines: ['sqlite', 'postgres'],
  times: { long: 20, quick: 2, short: 1 },
  limit: { base: 60, each: 75 },
  play: playRaces,
}

async function playRaces({ stage, judge, times }: Play): Promise<void> {
  const people = await stage.hire(Array.from({ length: times }, () => WISHES).flat())
  const servers = await Promise.all([stage.start(), stage.start()])
  const ports = servers.map(({ port }) => port)
  for (let round = 0; round < times; round++) {
    const [anyone, full, slow] = people.slice(round * WISHES.length) as [Person, Person, Person]
    await raceForRate(judge, ports, slow)
    await raceForQuota(judge, ports, full)
    await raceForSlug(judge, ports, anyone.tokens[0]!, `wanted-${round}`)
    await raceForClicks(judge, ports, anyone.tokens[1]!)
    await raceForSignature(judge, ports, anyone.tokens[1]!)
    await raceForKey(judge, ports, anyone.tokens[2]!, `key-${round}`)
  }
  const used = await stage.database.rows("select subject, used from linkwright_usage where meter = 'links'")
  const full = people.filter((_, at) => at % WISHES.length === 1).map(({ id }) => id)
  const wrong = used.filter((row) => full.includes(String(row.subject)) && Number(row.used) !== LINKS)
  judge.over(times).none(
    'full quotas that do not say so',
    wrong.map(({ used }) => `${used}`),
    full.length,
  )
}

async function raceForRate(judge: Judge, ports: readonly number[], { tokens }: Person): Promise<void> {
  const left = 60_000 - (Date.now() % 60_000)
  if (left < 8_000) await sleep(left + 50)
  const replies = await together(ports, () => apiRequest(tokens[0]!, 'GET', '/me'))
  admitted(judge, 'rate limit', replies, 200, CALLS, 429)
}

async function raceForQuota(judge: Judge, ports: readonly number[], { tokens }: Person): Promise<void> {
  const replies = await together(ports, () => create(tokens[0]!, {}))
  admitted(judge, "links of a month's quota", replies, 201, PLACES, 429)
}

async function raceForSlug(judge: Judge, ports: readonly number[], token: string, slug: string): Promise<void> {
  const replies = await together(ports, () => create(token, { customSlug: slug }))
  admitted(judge, 'one slug', replies, 201, 1, 409)
}

async function raceForClicks(judge: Judge, ports: readonly number[], token: string): Promise<void> {
  const { slug } = await makeLink(ports[0]!, token, { maxClicks: MOST_CLICKS })
  await knownAt(ports, slug)
  const replies = await together(ports, (n) => visitRequest(`/${slug}`, `max-${slug}-${n}`))
  admitted(judge, 'max-clicks', replies, 302, MOST_CLICKS, 410)
}

async function raceForSignature(judge: Judge, ports: readonly number[], token: string): Promise<void> {
  const { id, slug } = await makeLink(ports[0]!, token, { requireSignature: true })
  const signed = await once(
    ports[0]!,
    apiRequest(token, 'POST', `/links/${id}/sign`, { expiresInSeconds: 300, once: true }),
  )
  const { pathname, search } = new URL((JSON.parse(signed.body) as { url: string }).url)
  await knownAt(ports, slug)
  const replies = await together(ports, (n) => visitRequest(`${pathname}${search}`, `once-${slug}-${n}`))
  admitted(judge, 'a single-use address', replies, 302, 1, 403)
}

/** Those that come while the first is under way are told so; all others get its answer. */
async function raceForKey(judge: Judge, ports: readonly number[], token: string, key: string): Promise<void> {
  const replies = await together(ports, () =>
    apiRequest(token, 'POST', '/links', { destinationUrl: 'https://example.com/' }, key),
  )
  const made = new Set(replies.filter(({ status }) => status === 201).map(({ body }) => body))
  judge.figure({ what: 'one idempotency key: different links made', value: made.size, most: 1, least: 1, of: AT_ONCE })
  const odd = replies.filter(({ status, body }) => status !== 201 && !body.includes('IDEMPOTENCY_IN_PROGRESS'))
  judge.none('one idempotency key: other answers', odd.map(shown), AT_ONCE)
}

/** As many as wanted, and all others refused as they should be. */
function admitted(
  judge: Judge,
  what: string,
  replies: readonly Reply[],
  good: number,
  wanted: number,
  refusal: number,
) {
  const passed = replies.filter(({ status }) => status === good).length
  judge.figure({ what: `${what}: let pass`, value: passed, most: wanted, least: wanted, of: AT_ONCE })
  const odd = replies.filter(({ status }) => status !== good && status !== refusal)
  judge.none(`${what}: other answers`, odd.map(shown), AT_ONCE)
}

/** All connections stand before the first request is sent; in turn on each process. */
async function together(ports: readonly number[], request: (n: number) => string): Promise<Reply[]> {
  const connections = Array.from({ length: AT_ONCE }, (_, n) =>
    createConnection({ port: ports[n % ports.length]!, timeoutMs: 30_000 }),
  )
  try {
    await Promise.all(connections.map((connection) => connection.open()))
    return await Promise.all(connections.map((connection, n) => connection.exchange(request(n))))
  } finally {
    for (const connection of connections) connection.close()
  }
}

/** The other process hears of a new link a moment later. */
async function knownAt(ports: readonly number[], slug: string): Promise<void> {
  for (const port of ports) await until(() => isKnown(port, slug), 5_000)
}

function create(token: string, fields: Readonly<Record<string, unknown>>): string {
  return apiRequest(token, 'POST', '/links', { destinationUrl: 'https://example.com/', ...fields })
}

function shown({ status, body }: Reply): string {
  return `${status} ${body.slice(0, 100)}`
}
