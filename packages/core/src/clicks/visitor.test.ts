// What headers tell, and what malformed ones do not.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { countryCode, firstLanguage, readCountry, refererHost } from './visitor.ts'

describe('the language', () => {
  test.each([
    ['', null],
    ['en', 'en'],
    ['EN-us', 'en-us'],
    ['de;q=0.5, fr', 'fr'],
    ['de;q=0.5,fr;q=0.7,en;q=0.7', 'fr'],
    ['de ; q=0.9 , en;q=0.8', 'de'],
    ['de;q=0,en;q=0.1', 'en'],
    ['de;q=0', null],
    ['de;q=0.000', null],
    ['*', null],
    ['*, de;q=0.9', null],
    ['de, *;q=0.5', 'de'],
    ['de;q=1.000', 'de'],
    ['de;Q=0.5,en;q=0.4', 'de'],
    ['de;q=2,en;q=0.1', 'en'],
    ['de;q=1.001,en;q=0.1', 'en'],
    ['de;q=-1,en;q=0.1', 'en'],
    ['de;q=.5,en;q=0.1', 'en'],
    ['de;q=abc,en;q=0.1', 'en'],
    ['de;q=,en;q=0.1', 'en'],
    ['de;level=1,en;q=0.1', 'en'],
    ['de_DE,en;q=0.1', 'en'],
    ['toolonglanguage,en;q=0.1', 'en'],
    ['<script>,en', 'en'],
    [',,en', 'en'],
    ['zh-hant-tw', 'zh-hant-tw'],
    [`${'xx,'.repeat(400)}`, 'xx'],
  ])('of %j is %j', (header, language) => {
    expect(firstLanguage(header)).toBe(language)
  })

  test('is a tag or nothing, whatever is sent', () => {
    const unit = fc.constantFrom(...'aZ-*;q=01.9, \t<'.split(''), ';q=', 'en', ', ')
    fc.assert(
      fc.property(fc.array(unit), (units) => {
        expect(firstLanguage(units.join('')) ?? 'en').toMatch(/^[a-z]{1,8}(-[a-z0-9]{1,8})*$/)
      }),
    )
  })
})

describe('the referring host', () => {
  test.each([
    ['https://news.example.com/a?b', 'news.example.com'],
    ['HTTP://WWW.Example.COM:8080/', 'example.com'],
    ['https://www.www.example.com', 'www.example.com'],
    ['https://example.com', 'example.com'],
    ['https://example.com.', 'example.com'],
    ['https://example.com?x', 'example.com'],
    ['https://example.com#x', 'example.com'],
    ['https://user:pw@example.com/', 'example.com'],
    ['https://example.com:/', 'example.com'],
    ['http://[2001:db8::1]:80/', '[2001:db8::1]'],
    ['', null],
    ['about:blank', null],
    ['android-app://com.example/', null],
    ['example.com', null],
    ['https://', null],
    ['https:///path', null],
    ['https://a@b@example.com/', null],
    ['https://<script>/', null],
    ['https://exa mple.com/', null],
    ['https://example.com\\@evil.test/', null],
    [`https://${'a'.repeat(300)}.com/`, null],
  ])('of %j is %j', (referer, host) => {
    expect(refererHost(referer)).toBe(host)
  })
})

test.each([
  ['de', 'DE'],
  ['XX', null],
  ['T1', null],
  ['DEU', null],
  ['', null],
  [undefined, null],
  ['ß', null],
])('the country that a proxy calls %j is %j', (text, code) => {
  expect(countryCode(text)).toBe(code)
})

test('the country is looked up only where no proxy tells it, and only for an address', () => {
  const asked: string[] = []
  const lookup = (ip: string) => {
    asked.push(ip)
    return 'FR'
  }
  const source = { header: 'x-country', lookup }
  expect(readCountry(source, 'de', '192.0.2.1')).toBe('DE')
  expect(readCountry(source, 'XX', '')).toBeNull()
  expect(asked).toEqual([])
  expect(readCountry(source, undefined, '192.0.2.1')).toBe('FR')
})
