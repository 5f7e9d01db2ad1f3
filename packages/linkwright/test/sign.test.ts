// Signed links: made by the API, built and altered by hand, used once, and gone with their key.
import { createHmac } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { DESTINATION, type Link, type Signed } from './fixture/api.ts'
import { cliFails, cliJson } from './fixture/command.ts'
import { expectFailure } from './fixture/errors.ts'
import { createPerson } from './fixture/people.ts'
import { startServer } from './fixture/server.ts'
import { expectRedirect, expectRefusal, JSON_ONLY, visit } from './fixture/visit.ts'

const server = await startServer()
afterAll(() => server.stop())
const [{ api, id: user }, other] = await Promise.all([createPerson(server, 'premium'), createPerson(server, 'premium')])
const go = (url: string, method?: string) => visit(server, url, JSON_ONLY, method)

async function sign(link: Link, fields: object = {}): Promise<Signed> {
  const { status, body } = await api.post<Signed>(`/links/${link.id}/sign`, { expiresInSeconds: 60, ...fields })
  expect(status).toBe(200)
  return body
}

const protectedLink = () => api.link({ requireSignature: true })

test('a signed address opens the link, and says how long', async () => {
  const link = await protectedLink()
  expectRefusal(await go(link.shortUrl), 403, 'SIGNATURE_REQUIRED')
  const { url, expiresAt, keyId } = await sign(link)
  const exp = Date.parse(expiresAt) / 1000
  expect(url).toMatch(new RegExp(`^${link.shortUrl}\\?lw_exp=${exp}&lw_kid=${keyId}&lw_sig=[A-Za-z0-9_-]{43}$`))
  expect(Math.abs(exp - Date.now() / 1000 - 60)).toBeLessThan(5)
  for (let n = 0; n < 2; n++) expectRedirect(await go(url), DESTINATION)
  expectRedirect(await go(url, 'HEAD'), DESTINATION)
})

test('what follows the signature is unsigned and ignored', async () => {
  const { url } = await sign(await protectedLink())
  expectRedirect(await go(`${url}&utm_source=mail&fbclid=x`), DESTINATION)
})

test('a link that asks for no signature takes no notice of one', async () => {
  const link = await api.link()
  expectRedirect(await go(`${link.shortUrl}?lw_exp=1&lw_kid=x&lw_sig=y`), DESTINATION)
})

describe('an address that was altered is 403 SIGNATURE_INVALID:', async () => {
  const [link, sibling] = [await protectedLink(), await protectedLink()]
  const { url } = await sign(link)
  const once = await sign(link, { once: true })
  const swap = (text: string) => `${text.slice(0, -2)}${text.at(-2) === 'A' ? 'B' : 'A'}${text.at(-1)}`

  test.each([
    ['another signature', swap(url)],
    ['a signature cut short', url.slice(0, -1)],
    ['a signature made longer', `${url}A`],
    ['a padded signature', `${url}=`],
    ['a later end', url.replace(/lw_exp=(\d+)/, (_, exp) => `lw_exp=${Number(exp) + 3600}`)],
    ['an end with a leading zero', url.replace('lw_exp=', 'lw_exp=0')],
    ['another key', url.replace(/lw_kid=[^&]+/, 'lw_kid=other')],
    ['another link', url.replace(link.slug, sibling.slug)],
    ['something before the end', url.replace('?', '?x=1&')],
    ['a key of its own twice', `${url}&lw_kid=x`],
    ['a second signature', `${url}&lw_sig=x`],
    ['an added nonce', url.replace('&lw_sig', '&lw_n=abc&lw_sig')],
    ['a nonce taken away', once.url.replace(/&lw_n=[^&]+/, '')],
    ['another nonce', once.url.replace(/lw_n=[^&]+/, 'lw_n=abc')],
    ['another order', url.replace(/(lw_exp=\d+)&(lw_kid=[^&]+)/, '$2&$1')],
    ['no end', url.replace(/lw_exp=\d+&/, '')],
  ])('%s', async (_, altered) => {
    expect(altered).not.toBe(url)
    expectRefusal(await go(altered), 403, 'SIGNATURE_INVALID')
  })
})

test('it ends when it says', async () => {
  const { url, expiresAt } = await sign(await protectedLink(), { expiresInSeconds: 1 })
  await sleep(Math.max(0, Date.parse(expiresAt) - Date.now()) + 20)
  expectRefusal(await go(url), 403, 'SIGNATURE_INVALID')
})

describe('once', () => {
  test('a single-use address works a single time, and HEAD takes nothing', async () => {
    const link = await protectedLink()
    const { url } = await sign(link, { once: true })
    expect(url).toMatch(/&lw_n=[A-Za-z0-9_-]+&lw_sig=[^&]+$/)
    const head = await go(url, 'HEAD')
    expect([head.status, head.headers.location]).toEqual([302, undefined])
    expectRedirect(await go(url), DESTINATION)
    expectRefusal(await go(url), 403, 'SIGNATURE_INVALID')
    expectRedirect(await go((await sign(link)).url), DESTINATION)
  })
})

describe('the body', () => {
  test.each([1, 7_776_000])('takes %d seconds', async (expiresInSeconds) => {
    const { expiresAt } = await sign(await protectedLink(), { expiresInSeconds })
    expect(Math.abs(Date.parse(expiresAt) - Date.now() - expiresInSeconds * 1000)).toBeLessThan(5000)
  })

  test.each([0, -1, 7_776_001, 1.5, '60', null])('does not take %j seconds', async (expiresInSeconds) => {
    const path = `/links/${(await protectedLink()).id}/sign`
    expectFailure(await api.post(path, { expiresInSeconds }), 'VALIDATION_ERROR', 'expiresInSeconds')
  })

  test('needs an end and takes nothing else', async () => {
    const path = `/links/${(await protectedLink()).id}/sign`
    expectFailure(await api.post(path, {}), 'VALIDATION_ERROR', 'expiresInSeconds')
    expectFailure(await api.post(path, { expiresInSeconds: 60, once: 'yes' }), 'VALIDATION_ERROR', 'once')
    expectFailure(await api.post(path, { expiresInSeconds: 60, kid: 'x' }), 'VALIDATION_ERROR')
  })
})

describe('keys', () => {
  const rotate = () => cliJson<{ id: string }>(['key', 'rotate', '--user', user], server.env)
  const soon = async (url: string, status: number) => {
    await expect.poll(async () => (await go(url)).status, { timeout: 1000, interval: 20 }).toBe(status)
  }

  test('of two, both pass and the newest signs; a third ends the first', async () => {
    const link = await protectedLink()
    const first = await sign(link)
    const second = await rotate()
    const after = await sign(link)
    expect(after.keyId).toBe(second.id)
    expectRedirect(await go(first.url), DESTINATION)
    await soon(after.url, 302)
    await rotate()
    await soon(first.url, 403)
    expectRedirect(await go(after.url), DESTINATION)

    await cliJson(['key', 'retire', second.id, '--user', user], server.env)
    await soon(after.url, 403)
    expect(await cliFails(1, ['key', 'retire', 'unknown', '--user', user], server.env)).toMatch(/\S/)
    const { data } = await cliJson<{ data: { id: string; active: boolean }[] }>(
      ['key', 'list', '--user', user],
      server.env,
    )
    expect(data.filter(({ active }) => active)).toHaveLength(1)
    expect(JSON.stringify(data)).not.toMatch(/secret|sealed/)
  })

  test('of one owner sign nothing of another', async () => {
    const [mine, theirs] = [await protectedLink(), await other.api.link({ requireSignature: true })]
    const { url } = await sign(mine)
    expectRefusal(await go(url.replace(mine.slug, theirs.slug)), 403, 'SIGNATURE_INVALID')
  })

  test('cannot be guessed: an empty key signs nothing', async () => {
    const link = await protectedLink()
    const { keyId } = await sign(link)
    const exp = Math.floor(Date.now() / 1000) + 60
    const text = ['lw1', keyId, 'GET', `localhost:${server.port}`, `/${link.slug}`, exp, '', ''].join('\n')
    const sig = createHmac('sha256', '').update(text).digest('base64url')
    expectRefusal(await go(`${link.shortUrl}?lw_exp=${exp}&lw_kid=${keyId}&lw_sig=${sig}`), 403, 'SIGNATURE_INVALID')
  })
})
