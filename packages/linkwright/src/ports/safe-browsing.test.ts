// Safe Browsing over real HTTP: the exact question, and every kind of answer and of none.
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type SafeBrowsingOptions, safeBrowsing } from './safe-browsing.ts'

const apiKey = 'AIza secret&key'
const bad = 'https://bad.example/'
const good = 'https://good.example/'

interface Asked {
  readonly request: IncomingMessage
  readonly body: { readonly threatInfo: { readonly threatEntries: readonly { readonly url: string }[] } }
}

let server: Server | undefined
let url = ''
let now = 0
let asked: Asked[] = []
let warnings: string[] = []

beforeEach(() => {
  now = 1_000_000
  asked = []
  warnings = []
})
afterEach(async () => {
  server?.closeAllConnections()
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)))
  server = undefined
})

async function serve(answer: RequestListener): Promise<void> {
  const started = createServer(async (request, response) => {
    asked.push({ request, body: JSON.parse(await text(request)) as Asked['body'] })
    answer(request, response)
  })
  server = started
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(started.address() as AddressInfo).port}`
}

/** Says of the bad URL that it is one, the way Google does. */
function serveLists(cacheDuration = '300s'): Promise<void> {
  return serve((_, response) => {
    const entries = asked.at(-1)?.body.threatInfo.threatEntries ?? []
    const matches = entries
      .filter((entry) => entry.url.startsWith('https://bad.'))
      .map((threat) => ({ threatType: 'MALWARE', platformType: 'ANY_PLATFORM', threat, cacheDuration }))
    response.setHeader('content-type', 'application/json').end(JSON.stringify(matches.length > 0 ? { matches } : {}))
  })
}

function screen(options: Partial<SafeBrowsingOptions> = {}) {
  return safeBrowsing({ apiKey, url, clock: () => now, warn: (message) => warnings.push(message), ...options })
}

const entriesOf = (at: number) => asked[at]?.body.threatInfo.threatEntries.map((entry) => entry.url)

describe('the question', () => {
  it('is the one that the Lookup API takes', async () => {
    await serveLists()
    await screen()([good, `${good}ü?q="x"`])
    expect(asked).toHaveLength(1)
    expect(asked[0]?.request.method).toBe('POST')
    expect(asked[0]?.request.url).toBe('/v4/threatMatches:find?key=AIza%20secret%26key')
    expect(asked[0]?.request.headers['content-type']).toBe('application/json')
    expect(asked[0]?.body).toEqual({
      client: { clientId: 'linkwright', clientVersion: expect.any(String) },
      threatInfo: {
        threatTypes: ['MALWARE', 'SOCIAL_ENGINEERING', 'UNWANTED_SOFTWARE', 'POTENTIALLY_HARMFUL_APPLICATION'],
        platformTypes: ['ANY_PLATFORM'],
        threatEntryTypes: ['URL'],
        threatEntries: [{ url: good }, { url: `${good}ü?q="x"` }],
      },
    })
  })

  it('names each URL once, at most 500 to a call', async () => {
    await serveLists()
    const many = Array.from({ length: 1001 }, (_, at) => `${good}${at}`)
    expect(await screen()([...many, ...many])).toBe('clear')
    expect(asked.map((_, at) => entriesOf(at)?.length).sort()).toEqual([1, 500, 500])
    expect(asked.flatMap((_, at) => entriesOf(at) ?? []).sort()).toEqual(many.sort())
  })

  it('is not asked about nothing', async () => {
    await serveLists()
    expect(await screen()([])).toBe('clear')
    expect(asked).toEqual([])
  })

  it('goes below the path of a service of your own', async () => {
    await serveLists()
    expect(await screen({ url: `${url}/lists/` })([bad])).toBe('flagged')
    expect(asked[0]?.request.url).toMatch(/^\/lists\/v4\/threatMatches:find\?/)
  })
})

describe('the answer', () => {
  it('is the worst of all URLs', async () => {
    await serveLists()
    expect(await screen()([good])).toBe('clear')
    expect(await screen()([good, bad])).toBe('flagged')
    const batches = [...Array.from({ length: 500 }, (_, at) => `${good}${at}`), bad]
    expect(await screen()(batches)).toBe('flagged')
    expect(warnings).toEqual([])
  })

  it.each([
    ['{"matches":[]}', 'clear'],
    ['{"matches":[{}]}', 'flagged'],
    ['{"matches":[null]}', 'flagged'],
    ['{"matches":[{"threat":{"url":"https://other.example/"},"cacheDuration":"soon"}]}', 'flagged'],
    ['{"matches":{}}', 'unknown'],
    ['{"matches":null}', 'unknown'],
    ['{"matches":[', 'unknown'],
    ['[]', 'unknown'],
    ['null', 'unknown'],
    ['"clear"', 'unknown'],
    ['<html>', 'unknown'],
    ['', 'unknown'],
  ])('%s is %s', async (body, expected) => {
    await serve((_, response) => response.end(body))
    expect(await screen()([good])).toBe(expected)
    expect(warnings).toEqual(
      expected === 'unknown' ? ['Safe Browsing answered something that is not its protocol.'] : [],
    )
  })

  it.each([204, 302, 400, 403, 429, 500, 503])('%i is unknown', async (status) => {
    await serve((_, response) => {
      response.writeHead(status, { location: '/elsewhere' }).end(status === 204 ? undefined : '{}')
    })
    expect(await screen()([good])).toBe('unknown')
    expect(asked).toHaveLength(1)
    expect(warnings).toEqual([`Safe Browsing answered ${status}.`])
  })

  it('is unknown where it is longer than any real one', async () => {
    await serve((_, response) => response.end(`{"padding":"${'x'.repeat(8 * 1024 * 1024)}"}`))
    expect(await screen({ budgetMs: 20_000 })([good])).toBe('unknown')
    expect(warnings).toEqual(['Safe Browsing answered too much.'])
  })

  it('is unknown where nobody listens', async () => {
    await serve(() => {})
    const gone = url
    await new Promise((resolve) => server?.close(resolve))
    server = undefined
    expect(await screen({ url: gone })([good])).toBe('unknown')
    expect(warnings).toEqual(['Safe Browsing could not be reached.'])
  })
})

describe('the budget', () => {
  it.each([
    ['no answer', () => {}],
    ['half an answer', (_, response) => response.write('{"matches":')],
  ] satisfies [string, RequestListener][])('ends %s, and gives the connection up', async (_, answer) => {
    let aborted: (() => void) | undefined
    const hungUp = new Promise<void>((resolve) => {
      aborted = resolve
    })
    await serve((request, response) => {
      request.socket.once('close', () => aborted?.())
      answer(request, response)
    })
    expect(await screen({ budgetMs: 100 })([good])).toBe('unknown')
    expect(warnings).toEqual(['Safe Browsing did not answer in time.'])
    await hungUp
  })

  it('holds for a transport that does not heed its signal', async () => {
    const deaf: typeof fetch = () => new Promise(() => {})
    expect(await screen({ url: 'http://127.0.0.1:9', budgetMs: 50, fetch: deaf })([good])).toBe('unknown')
    expect(warnings).toEqual(['Safe Browsing did not answer in time.'])
  })
})

describe('what is remembered', () => {
  it('is flagged for as long as the service says', async () => {
    await serveLists('300.5s')
    const ask = screen()
    expect(await ask([bad])).toBe('flagged')
    now += 300_499
    expect(await ask([good, bad])).toBe('flagged')
    expect(asked).toHaveLength(1)
    now += 1
    expect(await ask([bad])).toBe('flagged')
    expect(asked).toHaveLength(2)
  })

  it('is clear for a minute, and only what is not remembered is asked', async () => {
    await serveLists()
    const ask = screen()
    expect(await ask([good])).toBe('clear')
    now += 59_999
    expect(await ask([good])).toBe('clear')
    expect(asked).toHaveLength(1)
    expect(await ask([good, `${good}new`])).toBe('clear')
    expect(entriesOf(1)).toEqual([`${good}new`])
    now += 1
    expect(await ask([good])).toBe('clear')
    expect(entriesOf(2)).toEqual([good])
  })

  it('never outlives a day', async () => {
    await serveLists('999999999s')
    const ask = screen()
    await ask([bad])
    now += 86_400_000
    await ask([bad])
    expect(asked).toHaveLength(2)
  })

  it('is neither a failure nor what stood beside a match', async () => {
    await serveLists()
    const ask = screen()
    await ask([good, bad])
    expect(await ask([good])).toBe('clear')
    expect(asked).toHaveLength(2)
    let status = 500
    server?.removeAllListeners('request')
    server?.on('request', (_, response) => response.writeHead(status).end('{}'))
    expect(await ask([`${good}later`])).toBe('unknown')
    status = 200
    expect(await ask([`${good}later`])).toBe('clear')
  })
})

describe('the key', () => {
  it('is in no error and no warning', async () => {
    const quoting: typeof fetch = (address) => Promise.reject(new Error(`Cannot fetch ${String(address)}`))
    expect(await screen({ url: 'http://127.0.0.1:9', fetch: quoting })([good])).toBe('unknown')
    expect(warnings).toEqual(['Safe Browsing could not be reached.'])
    expect(() => safeBrowsing({ apiKey, url: 'nowhere' })).toThrow('The Safe Browsing URL is not an http(s) URL.')
    expect(() => safeBrowsing({ apiKey: '' })).toThrow('Safe Browsing needs an API key.')
  })

  it('is not sent on to where a reply points', async () => {
    await serve((_, response) => response.writeHead(307, { location: `${url}/elsewhere` }).end())
    expect(await screen()([good])).toBe('unknown')
    expect(asked).toHaveLength(1)
  })
})
