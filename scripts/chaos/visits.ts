// Links to visit, and single visits and calls beside the load.
import { setTimeout as sleep } from 'node:timers/promises'
import { moment } from './moment.ts'
import { apiRequest, headRequest } from './requests.ts'
import { createConnection, type Reply } from './wire.ts'

/** One request on a connection of its own. @throws Unanswered */
export async function once(port: number, request: string, timeoutMs = 10_000): Promise<Reply> {
  const connection = createConnection({ port, timeoutMs })
  try {
    return await connection.exchange(request)
  } finally {
    connection.close()
  }
}

/** Links by the API; each is visited once by every process that a few connections reach, so that it is warm. */
export async function makeLinks(port: number, token: string, count: number): Promise<string[]> {
  const slugs: string[] = []
  for (let n = 0; n < count; n++) slugs.push((await makeLink(port, token)).slug)
  return slugs
}

export interface MadeLink {
  readonly id: string
  readonly slug: string
}

/** @throws Error with the answer if there is none */
export async function makeLink(
  port: number,
  token: string,
  fields: Readonly<Record<string, unknown>> = {},
): Promise<MadeLink> {
  const body = { destinationUrl: 'https://example.com/', ...fields }
  const reply = await once(port, apiRequest(token, 'POST', '/links', body))
  if (reply.status !== 201) throw new Error(`no link was made: ${reply.status} ${reply.body}`)
  return JSON.parse(reply.body) as MadeLink
}

/** Without a mark: these visits are not in any ledger. */
export async function warm(port: number, slugs: readonly string[], rounds = 4): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    const connection = createConnection({ port })
    for (const slug of slugs) await connection.exchange(headRequest(slug))
    connection.close()
  }
}

/** Waits until it is true. @returns how long that took (ms), Infinity if it did not come true */
export async function until(isTrue: () => Promise<boolean>, limitMs: number, everyMs = 20): Promise<number> {
  const begun = moment()
  while (moment() - begun < limitMs) {
    if (await isTrue().catch(() => false)) return moment() - begun
    await sleep(everyMs)
  }
  return Number.POSITIVE_INFINITY
}

/** Whether this process has heard of a link, whoever may follow it. */
export async function isKnown(port: number, slug: string): Promise<boolean> {
  return (await once(port, headRequest(slug), 2_000)).status !== 404
}

/** Whether a link is followed just now. */
export async function isFollowed(port: number, slug: string): Promise<boolean> {
  return (await once(port, headRequest(slug), 2_000)).status === 302
}

/** Whether a link can be made just now. */
export async function canCreate(port: number, token: string): Promise<boolean> {
  const body = { destinationUrl: 'https://example.com/' }
  return (await once(port, apiRequest(token, 'POST', '/links', body), 5_000)).status === 201
}
