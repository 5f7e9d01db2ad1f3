// Random calls and visits, made of the words of this contract and of what nobody should send.
import { restContracts } from '@linkwright/http/rest'
import fc from 'fast-check'

/** Mostly the first, to get past the first check and meet the next. */
const mostly = <T>(good: fc.Arbitrary<T>, bad: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 19, arbitrary: good }, { weight: 1, arbitrary: bad })

const junkText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '',
    ' ',
    '__proto__',
    'constructor',
    '\u0000',
    '\ud800',
    '\u202e',
    "' OR 1=1 --",
    '%',
    '..',
    'x'.repeat(3000),
    'null',
  ),
)
const junk = fc.oneof(
  junkText,
  fc.constantFrom(
    null,
    true,
    false,
    0,
    -0,
    -1,
    Number.POSITIVE_INFINITY,
    1.5,
    2 ** 53,
    [],
    {},
    [[]],
    [null],
    { length: 1 },
    { toString: 1 },
  ),
  fc.jsonValue({ maxDepth: 4 }),
)
const url = mostly<unknown>(fc.oneof(fc.webUrl(), fc.constant('https://example.com/x')), junk)
const time = mostly<unknown>(
  fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }).map((date) => date.toISOString()),
  junk,
)
const slug = mostly<unknown>(fc.stringMatching(/^[A-Za-z0-9_-]{3,12}$/), junk)

/** An object with some of its fields, now and then with one that is not its own. */
const record = (fields: Record<string, fc.Arbitrary<unknown>>, ...required: string[]) =>
  fc
    .tuple(
      fc.record(fields, { requiredKeys: required }),
      mostly<object>(fc.constant({}), fc.dictionary(junkText, junk, { maxKeys: 2 })),
    )
    .map(([good, more]): unknown => ({ ...good, ...more }))

const linkFields = {
  destinationUrl: url,
  title: mostly<unknown>(fc.string({ unit: 'grapheme', maxLength: 60 }), junk),
  iosUrl: url,
  androidUrl: url,
  requireSignature: mostly<unknown>(fc.boolean(), junk),
  maxClicks: mostly<unknown>(fc.integer({ min: 1, max: 2 ** 40 }), junk),
  startsAt: time,
  expiresAt: time,
  disabled: mostly<unknown>(fc.boolean(), junk),
}
const field = mostly<unknown>(
  fc.constantFrom('country', 'device', 'browser', 'referer_host', 'hour_utc', 'language', 'returning'),
  junk,
)
const operator = mostly<unknown>(fc.constantFrom('equals', 'in', 'not_in', 'between', 'matches'), junk)
const value = fc.oneof(
  fc.constantFrom('US', 'mobile', 'chrome', 'a.com', 5, [1, 2], ['US'], 'en', true, '(a|b)*c'),
  junk,
)
const { conditions } = fc.letrec<{ conditions: unknown }>((tie) => ({
  conditions: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    fc.record({ field, operator, value }),
    fc.record({ not: tie('conditions') }),
    fc.record({ all: fc.array(tie('conditions'), { maxLength: 4 }) }),
    fc.record({ any: fc.array(tie('conditions'), { maxLength: 4 }) }),
    junk,
  ),
}))
const bodyOf: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  createLink: record(
    { ...linkFields, customSlug: slug, domainId: mostly<unknown>(fc.constant('@domain'), junk) },
    'destinationUrl',
  ),
  updateLink: record({ ...linkFields, archived: mostly<unknown>(fc.boolean(), junk) }),
  createRule: fc.oneof(
    record({ field, operator, value, redirectUrl: url }, 'field', 'operator', 'value', 'redirectUrl'),
    record({ conditions, redirectUrl: url }),
  ),
  updateRule: record({ field, operator, value, conditions, redirectUrl: url }),
  orderRules: record({
    ruleIds: mostly<unknown>(fc.array(mostly<unknown>(fc.constant('@rule'), junk), { maxLength: 4 }), junk),
  }),
  previewLink: record({
    at: time,
    ip: mostly<unknown>(fc.oneof(fc.ipV4(), fc.ipV6()), junk),
    headers: mostly<unknown>(
      fc.dictionary(fc.constantFrom('user-agent', 'Referer', 'accept-language', 'cookie'), junkText),
      junk,
    ),
    facts: mostly<unknown>(
      record({
        country: value,
        device: value,
        browser: value,
        referer_host: value,
        hour_utc: value,
        language: value,
        returning: value,
        signed: value,
      }),
      junk,
    ),
  }),
  signLink: record({
    expiresInSeconds: mostly<unknown>(fc.integer({ min: 1, max: 7_776_000 }), junk),
    once: mostly<unknown>(fc.boolean(), junk),
  }),
}

const junkSegment = junkText.map((text) => encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, '')))
const queryText = fc.oneof(
  { weight: 8, arbitrary: fc.constant('') },
  fc.constantFrom(
    '?limit=2',
    '?limit=200&includeArchived=true',
    '?limit=0',
    '?cursor=x',
    '?from=2026-01-01T00:00:00Z',
    '?%',
    '?a=1&a=2',
    '?__proto__=1',
  ),
  fc
    .tuple(fc.constantFrom('limit', 'cursor', 'includeArchived', 'from', 'to', 'x'), junkSegment)
    .map(([name, text]) => `?${name}=${text}`),
)
/** Every route, and once more what makes links: most of the others need one. */
const contract = fc.constantFrom(...Object.values(restContracts), restContracts.createLink, restContracts.createLink)
/** Calls of the API; what stands after an `@` is filled in by the test. */
export const calls = contract.chain(({ name, method, path }) =>
  fc.record({
    method: fc.oneof(
      { weight: 9, arbitrary: fc.constant(method as string) },
      fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'),
    ),
    // The link and the rule that all share must outlive the run.
    path: mostly(
      fc.constant(
        path.replace(
          ':id',
          method === 'DELETE' ? 'lnk_01J0000000000000000000000Z' : path.startsWith('/rules') ? '@rule' : '@link',
        ),
      ),
      fc.oneof(
        junkSegment.map((id) => path.replace(':id', id)),
        junkSegment.map((id) => `${path}/${id}`),
        fc.constant(`/${path}`),
      ),
    ),
    query: queryText,
    body: mostly<string | Uint8Array>(
      (bodyOf[name] ?? fc.constant({})).map((value) => JSON.stringify(value)),
      rawBody,
    ),
    headers: fc.record(
      {
        Authorization: fc.oneof(
          { weight: 12, arbitrary: fc.integer({ min: 0, max: 3 }).map((at) => `@token${at}`) },
          fc.constantFrom('Bearer x', 'Basic x', ''),
        ),
        'Content-Type': mostly(
          fc.constant('application/json'),
          fc.constantFrom('text/plain', 'application/json; charset=utf-16', '', 'x'),
        ),
        'Idempotency-Key': fc.constantFrom('one', 'two', 'three', 'x'.repeat(256), 'constructor'),
        'Content-Encoding': mostly(fc.constant('identity'), fc.constant('gzip')),
        Accept: fc.constantFrom('*/*', 'text/html', 'application/problem+json'),
        Cookie: fc.constantFrom('lw_session=x', 'a=b; a=c'),
        'X-Forwarded-For': fc.constantFrom('1.2.3.4', '::1', 'x'),
        Host: fc.constantFrom('evil.test', 'random.example', '[::1]'),
      },
      { requiredKeys: ['Authorization', 'Content-Type'] },
    ),
  }),
)
const rawBody = fc.oneof(
  fc.json(),
  junkText,
  fc.constantFrom('', '{', '{"a":1e999}', '{"__proto__":{}}', '['.repeat(5000), 'x'.repeat(101_000), '\ufeff{}'),
  fc.uint8Array({ maxLength: 50 }),
)

const headerText = fc
  .oneof(
    fc.string({ unit: 'binary-ascii', maxLength: 200 }),
    fc.constantFrom('__proto__', 'a'.repeat(2000), 'en;q=9', 'https://[', 'https://x:y@z'),
  )
  .map((text) => text.replaceAll(/[^\x20-\x7e]/g, '~'))

/** Visits of the link `random`, of others, and of nothing. */
export const visits = fc.record({
  method: fc.oneof({ weight: 5, arbitrary: fc.constant('GET') }, fc.constantFrom('HEAD', 'POST', 'OPTIONS', 'DELETE')),
  path: fc.oneof(
    fc.constant('/random'),
    fc.stringMatching(/^[A-Za-z0-9_-]{1,45}$/).map((text) => `/${text}`),
    junkSegment.map((text) => `/${text}`),
    fc.webPath().map((path) => path || '/'),
  ),
  query: fc.oneof(
    fc.constant(''),
    fc.webQueryParameters().map((text) => `?${text}`),
    fc.constantFrom('?lw_sig=x', '?lw_exp=1&lw_kid=__proto__&lw_sig=x', '?%'),
  ),
  headers: fc.record(
    {
      'User-Agent': headerText,
      Referer: headerText,
      'Accept-Language': headerText,
      Cookie: headerText,
      Accept: fc.constantFrom('*/*', 'application/json', 'text/html'),
      'Sec-Purpose': headerText,
      Host: fc.constantFrom('a', 'random.example', 'localhost', '..'),
    },
    { requiredKeys: [] },
  ),
})
