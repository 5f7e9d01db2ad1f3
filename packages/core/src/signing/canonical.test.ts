// Reading signed queries: one spelling, one place, nothing decoded.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonical, hasSignature, parseSignedQuery } from './canonical.ts'

const SIG = 'fQnH4VMpJcPKoCYvsc9dL5TYS-PVdTpXhimAfMW_FuI'
const GOOD = `lw_exp=1800000000&lw_kid=k1&lw_sig=${SIG}`

describe('parseSignedQuery', () => {
  test.each([
    [GOOD, '', null],
    [`&${GOOD}`, '', null],
    [`a=1&${GOOD}`, 'a=1', null],
    [`a=1&&${GOOD}`, 'a=1&', null],
    [`a=%20&b&c=?/&${GOOD}&utm_source=x`, 'a=%20&b&c=?/', null],
    [`${GOOD}&`, '', null],
    [`xlw_exp=1&lw_expo=2&lw_=3&${GOOD}&lw_name=4`, 'xlw_exp=1&lw_expo=2&lw_=3', null],
    [`a=lw_sig=1&${GOOD}`, 'a=lw_sig=1', null],
    [`lw_exp=1&lw_kid=k1&lw_n=n1&lw_sig=${SIG}`, '', 'n1'],
  ])('%s', (query, signedQuery, nonce) => {
    const exp = nonce === null ? 1800000000 : 1
    expect(parseSignedQuery(query)).toEqual({ ok: true, signedQuery, exp, kid: 'k1', nonce, sig: SIG })
  })

  test.each(['', 'a=1', 'lw_other=1', 'xlw_sig=1', 'LW_SIG=1', 'lw%5Fsig=1'])('%j has no signature', (query) => {
    expect(parseSignedQuery(query)).toEqual({ ok: false, reason: 'missing' })
    expect(hasSignature(query)).toBe(false)
  })

  test.each([
    ['a name without a value', 'lw_sig'],
    ['a part alone', 'a=1&lw_n='],
    ['no key id', `lw_exp=1800000000&lw_sig=${SIG}`],
    ['an empty key id', `lw_exp=1800000000&lw_kid=&lw_sig=${SIG}`],
    ['an encoded key id', `lw_exp=1800000000&lw_kid=k%31&lw_sig=${SIG}`],
    ['a long key id', `lw_exp=1800000000&lw_kid=${'k'.repeat(65)}&lw_sig=${SIG}`],
    ['a line feed in the key id', `lw_exp=1800000000&lw_kid=k\n1&lw_sig=${SIG}`],
    ['an empty nonce', `lw_exp=1800000000&lw_kid=k1&lw_n=&lw_sig=${SIG}`],
    ['another order', `lw_kid=k1&lw_exp=1800000000&lw_sig=${SIG}`],
    ['the nonce before the key', `lw_exp=1800000000&lw_n=n1&lw_kid=k1&lw_sig=${SIG}`],
    ['a stranger in between', `lw_exp=1800000000&a=1&lw_kid=k1&lw_sig=${SIG}`],
    ['an empty part in between', `lw_exp=1800000000&&lw_kid=k1&lw_sig=${SIG}`],
    ['expiry zero', `lw_exp=0&lw_kid=k1&lw_sig=${SIG}`],
    ['expiry with a sign', `lw_exp=+1800000000&lw_kid=k1&lw_sig=${SIG}`],
    ['expiry of eleven digits', `lw_exp=18000000000&lw_kid=k1&lw_sig=${SIG}`],
    ['expiry in other digits', `lw_exp=١٨٠٠٠٠٠٠٠٠&lw_kid=k1&lw_sig=${SIG}`],
    ['a second spelling of the last character', `lw_exp=1800000000&lw_kid=k1&lw_sig=${SIG.slice(0, -1)}J`],
    ['a fragment on the signature', `${GOOD}#x`],
    ['a line feed on the signature', `${GOOD}\n`],
    ['a duplicate before', `lw_kid=k2&${GOOD}`],
    ['a bare duplicate before', `lw_exp&${GOOD}`],
    ['a whole signature before', `${GOOD}&${GOOD}`],
    ['a bare duplicate after', `${GOOD}&a=1&lw_sig`],
    ['a nonce after the signature', `${GOOD}&lw_n=n1`],
  ])('%s is malformed', (_why, query) => {
    expect(parseSignedQuery(query)).toEqual({ ok: false, reason: 'malformed' })
    expect(hasSignature(query)).toBe(true)
  })

  test('never throws, and never reads back other than what was written', () => {
    const part = fc.constantFrom('&', '=', 'lw_exp=1', 'lw_kid=k', 'lw_n=n', `lw_sig=${SIG}`, 'lw_', 'a', '%', '\n')
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 12 }).map((parts) => parts.join('')),
        (query) => {
          const parsed = parseSignedQuery(query)
          if (!parsed.ok) return
          const once = parsed.nonce === null ? '' : `&lw_n=${parsed.nonce}`
          const signature = `lw_exp=${parsed.exp}&lw_kid=${parsed.kid}${once}&lw_sig=${parsed.sig}`
          const lead = parsed.signedQuery === '' && !query.startsWith('&') ? '' : `${parsed.signedQuery}&`
          expect(query.startsWith(lead + signature)).toBe(true)
        },
      ),
      { numRuns: 1000 },
    )
  })
})

test('the canonical text has eight lines, the nonce line empty when there is none', () => {
  const parts = { kid: 'k1', host: 'sho.rt', path: '/promo', exp: 1800000000, query: 'a=1' }
  expect(canonical({ ...parts, nonce: null })).toBe('lw1\nk1\nGET\nsho.rt\n/promo\n1800000000\n\na=1')
  expect(canonical({ ...parts, nonce: 'n1' })).toBe('lw1\nk1\nGET\nsho.rt\n/promo\n1800000000\nn1\na=1')
})
