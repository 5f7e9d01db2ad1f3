// Who may call: tokens that are what they claim to be, for what they were made for, until they end.
//
// | threat | test |
// |---|---|
// | a token used for more than its scopes | every route with a token of every single scope |
// | an old token after a downgrade | plan |
// | guessed, cut, swapped, doubled, hashed or shown tokens | the token vectors and what is made of a real one |
// | credentials in a query, a cookie or another header | elsewhere |
// | tokens in logs, in replies or on disk | what is left behind |
// | a visitor's address on disk | what is left behind |
// | a revoked token that a call under way brings back | revoking while it is used |
import { createHash } from 'node:crypto'
import type { Contract } from '@linkwright/http'
import { restContracts } from '@linkwright/http/rest'
import { afterAll, beforeAll, expect, test } from 'vitest'
import vectors from '../../../core/vectors/tokens.json' with { type: 'json' }
import { api, BASE, type Link, type Signed, type Stats } from '../fixture/api.ts'
import { expectWithin } from '../fixture/clock.ts'
import { cliJson } from '../fixture/command.ts'
import { everythingStored } from '../fixture/database.ts'
import { expectFailure } from '../fixture/errors.ts'
import { SCOPES } from '../fixture/people.ts'
import { makePlace } from '../fixture/place.ts'
import { checkReply } from '../fixture/promises.ts'
import { type Server, startServer } from '../fixture/server.ts'
import { expectRedirect, visit } from '../fixture/visit.ts'
import { type Sent, send } from '../fixture/wire.ts'
import { type Crowd, type Member, type Minted, openCrowd } from './crowd.ts'
import { speak } from './raw.ts'

let server: Server
let crowd: Crowd
let member: Member
let whole: Minted
let link: Link
const minted: string[] = []
/** Of our own, to be looked at after the server has ended. */
const place = makePlace()

beforeAll(async () => {
  server = await startServer({
    ...place.env,
    LOG_LEVEL: 'debug',
    TRUST_PROXY: '127.0.0.9/32',
  })
  crowd = await openCrowd(server)
  member = await crowd.member()
  whole = await member.mint()
  minted.push(whole.token)
  link = await whole.api.link({ customSlug: 'stays' })
})
afterAll(async () => {
  await crowd.close()
  await place.remove()
})

const contracts = (Object.values(restContracts) as readonly Contract[]).filter(({ auth }) => auth)

test.each(SCOPES)('a token for %s alone passes where that is asked for, and nowhere else', async (scope) => {
  const { token, api } = await member.mint([scope])
  minted.push(token)
  for (const contract of contracts) {
    for (const id of [link.id, 'lnk_01J0000000000000000000000Z']) {
      // A body that no route takes: who passes learns that it is wrong, and nothing is changed.
      const reply = await api.call(
        contract.method,
        contract.path.replace(':id', id),
        contract.body ? { '': 0 } : undefined,
      )
      if (contract.scope === null || contract.scope === scope) {
        expect(reply.status, contract.name).not.toBe(403)
      } else {
        expectFailure(reply, 'INSUFFICIENT_SCOPE')
      }
      if (contract.name === 'deleteLink' && contract.scope === scope) link = await whole.api.link()
    }
  }
})

test('a method that a route does not have is refused to every scope alike, with HEAD and OPTIONS too', async () => {
  const { token, api } = await member.mint(['links:read'])
  minted.push(token)
  for (const method of ['POST', 'PUT', 'HEAD', 'OPTIONS']) {
    const reply = await send(server.port, { method, path: `${BASE}/links/${link.id}`, headers: bearer(token) })
    expect(reply.status).toBe(405)
  }
  expectFailure(
    await api.call('POST', `/links/${link.id}`, { title: 'x' }, { 'X-HTTP-Method-Override': 'PATCH' }),
    'METHOD_NOT_ALLOWED',
  )
  expectFailure(await api.call('PATCH', `/links/${link.id}`, { title: 'x' }), 'INSUFFICIENT_SCOPE')
})

test('after a downgrade an old token ends at PLAN_REQUIRED everywhere, and the links go on', async () => {
  const other = await crowd.member()
  const theirs = await other.api.link({ customSlug: 'goes-on' })
  await cliJson(['user', 'update', `usr_${other.userId}`, '--plan', 'free'], server.env)
  for (const { method, path } of contracts) {
    for (const id of [theirs.id, 'x']) {
      expectFailure(await other.api.call(method, path.replace(':id', id), '{ broken'), 'PLAN_REQUIRED')
    }
  }
  expectFailure(await other.api.get('/nothing-here'), 'PLAN_REQUIRED')
  expectRedirect(await visit(server, '/goes-on'), theirs.destinationUrl)
  await crowd.core.accounts.setPlan(other.userId, 'premium')
  expect((await other.api.get('/me')).status).toBe(200)
})

const rows = vectors.cases.filter((row) => row.kind !== 'checksum' && (!('level' in row) || row.level !== 'function'))

test.each(rows.map((row) => [row.id, row] as const))('token vector %s is no token here', async (_, row) => {
  const text = row.input ?? row.expect.token!
  await expectNoEntry({ Authorization: `Bearer ${Buffer.from(text).toString('latin1')}` }, 'INVALID_TOKEN')
})

test('what can be made of a real token is no token', async () => {
  const { token } = whole
  const shown = token.slice(0, 12)
  const hash = createHash('sha256').update(token).digest('hex')
  const others = [shown, `${shown}%`, `${shown}*`, hash, hash.toUpperCase(), token.toUpperCase(), token.toLowerCase()]
    .concat([`${token}0`, token.slice(0, -1), token.slice(1), `${token}${token}`, `${token},${token}`, `"${token}"`])
    .concat([token.replace('lw_pk_', 'lw_ic_'), token.replace('lw_pk_', ''), [...token].reverse().join(''), whole.id])
    .concat([`${token}%00`, `${token};`, `${token} x`, `${token}\tx`, encodeURIComponent(`${token}=`), member.userId])
    .concat([Buffer.from(token).toString('base64'), `<${token}>`, `${token}\u00a0`])
  for (const text of others) await expectNoEntry({ Authorization: `Bearer ${text}` }, 'INVALID_TOKEN')
})

test('only one Authorization header counts, with Bearer, one space and the token', async () => {
  const { token } = whole
  const basic = Buffer.from(`${token}:`).toString('base64')
  for (const text of [
    token,
    `Bearer  ${token}`,
    `Bearer\t${token}`,
    `Basic ${basic}`,
    `Token ${token}`,
    'Bearer',
    '',
  ]) {
    await expectNoEntry({ Authorization: text }, 'INVALID_TOKEN')
  }
  for (const text of [
    `Bearer: ${token}`,
    `Bearer=${token}`,
    `Bearer Bearer ${token}`,
    `Digest ${token}`,
    'null',
    'undefined',
  ]) {
    await expectNoEntry({ Authorization: text }, 'INVALID_TOKEN')
  }
  for (const second of [`Bearer ${token}`, 'Bearer x', '']) {
    await expectNoEntry({ Authorization: [`Bearer ${token}`, second] }, 'INVALID_TOKEN')
  }
})

test('a token in the query, a cookie or any other header is none', async () => {
  const { token } = whole
  for (const name of ['token', 'api_key', 'apikey', 'access_token', 'key', 'authorization', 'bearer']) {
    await expectNoEntry({}, 'UNAUTHENTICATED', `/me?${name}=${token}`)
    await expectNoEntry({ Cookie: `${name}=${token}; lw_session=${token}` }, 'UNAUTHENTICATED')
    await expectNoEntry({ [`X-${name}`]: token }, 'UNAUTHENTICATED')
  }
  await expectNoEntry({ 'Proxy-Authorization': `Bearer ${token}`, 'X-Api-Key': token }, 'UNAUTHENTICATED')
  const posted = JSON.stringify({ destinationUrl: 'https://example.com/', userId: member.userId, token })
  const headers = { 'Content-Type': 'application/json', 'x-middleware-subrequest': 'middleware' }
  const reply = await send(server.port, { method: 'POST', path: `${BASE}/links`, headers, body: posted })
  expect(checkReply('POST', '/links', reply)).toMatchObject({ code: 'UNAUTHENTICATED' })
  // Beside a good header a token in the query is an unknown parameter, and refused.
  expectFailure(await whole.api.get(`/me?token=${token}`), 'VALIDATION_ERROR')
})

test('revoking bites the next call, however many are under way, and nothing brings the token back', async () => {
  const doomed = await Promise.all(Array.from({ length: 12 }, () => member.mint()))
  minted.push(...doomed.map(({ token }) => token))
  await Promise.all(
    doomed.map(async ({ id, api }) => {
      let revoked = false
      const callers = Array.from({ length: 3 }, async () => {
        const statuses: number[] = []
        for (let i = 0; i < 12; i++) {
          const late = revoked
          const { status } = await api.get('/me')
          if (late) expect(status).toBe(401)
          statuses.push(status)
        }
        return statuses
      })
      await api.get('/me')
      await crowd.core.tokens.revokeAny(id)
      revoked = true
      for (const statuses of await Promise.all(callers)) expect(statuses.at(-1)).toBe(401)
    }),
  )
  for (const { token } of doomed) expectFailure(await api(server, token).get('/me'), 'INVALID_TOKEN')
})

test('an expired token is as good as none', async () => {
  const { text } = await crowd.core.tokens.issue(member.owner, member.userId, {
    name: 'short',
    scopes: [...SCOPES],
    expiresInSeconds: 1,
  })
  minted.push(text)
  const short = api(server, text)
  expect((await short.get('/me')).status).toBe(200)
  await expect.poll(async () => (await short.get('/me')).status, { timeout: 3000 }).toBe(401)
})

test("a visitor's address is in no file and no log line, though the visit is counted", async () => {
  const { id, slug } = await whole.api.link()
  const visitor = '203.0.113.77'
  const line = `GET /${slug} HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: ${visitor}\r\nConnection: close\r\n\r\n`
  expect((await speak(server.port, line, { from: '127.0.0.9' })).statuses).toEqual([302])
  await expectWithin(5000, async () => (await whole.api.get<Stats>(`/links/${id}/stats`)).body.clicks).toBe(1)
  expect(JSON.stringify(server.log)).not.toContain(visitor)
  await expectNowhereStored(visitor)
})

test('a signed address that is kept for repeats is kept sealed', async () => {
  const signed = await whole.api.link({ requireSignature: true })
  const sign = () =>
    whole.api.post<Signed>(`/links/${signed.id}/sign`, { expiresInSeconds: 60 }, { 'Idempotency-Key': 'sealed' })
  const { url } = (await sign()).body
  expect((await sign()).body.url).toBe(url)
  await expectNowhereStored(url, /lw_sig=(.+)$/.exec(url)![1]!)
})

test('no token is left behind: not in the log, not on disk, and after the end revoked is revoked', async () => {
  await server.stop()
  const lines = JSON.stringify(server.log)
  expect(lines).toContain('listening')
  expect(lines).not.toMatch(/lw_pk_[0-9A-Za-z]{7}/)
  await expectNowhereStored(...minted)
  const { items } = await crowd.core.tokens.list(member.owner, { limit: 200, after: undefined })
  expect(items.filter(({ revokedAt }) => revokedAt !== null)).toHaveLength(12)
})

async function expectNowhereStored(...texts: string[]): Promise<void> {
  const stored = await everythingStored(place.env)
  for (const text of texts) expect(stored.filter((bytes) => bytes.includes(text))).toEqual([])
  // The same search does find what is stored in the clear.
  expect(stored.filter((bytes) => bytes.includes(link.slug))).not.toEqual([])
}

function bearer(token: string) {
  return { Authorization: `Bearer ${token}` }
}

async function expectNoEntry(headers: NonNullable<Sent['headers']>, code: string, path = '/me'): Promise<void> {
  const reply = await send(server.port, { path: `${BASE}${path}`, headers })
  const body = checkReply('GET', path, reply)
  expect({ status: reply.status, body }, JSON.stringify(headers)).toMatchObject({ status: 401, body: { code } })
  expect(Object.keys(body as object).sort()).toEqual(['code', 'error'])
}
