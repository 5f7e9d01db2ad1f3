// What may be pointed to, row by row, and that a reading never changes what was read before.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isPrivateHost, readDestination } from './destination.ts'

const refused = (text: string) => {
  const read = readDestination(text)
  return read.ok ? read.url : 'refused'
}

describe('refused', () => {
  test.each([
    '',
    ' ',
    'example.com',
    'www.example.com/x',
    '//example.com',
    '/promo',
    'https:example.com',
    'https:/example.com',
    'https:///example.com',
    'https:////example.com',
    'http:///@example.com',
    'https://',
    'https:///',
    'https://?x',
    'https://#x',
    ' https://example.com',
    'javascript:alert(1)',
    'JavaScript://example.com/%0aalert(1)',
    'data:text/html,hi',
    'ftp://example.com',
    'file:///etc/passwd',
    'mailto:a@example.com',
    'blob:https://example.com/x',
    'view-source:https://example.com',
    'https:\\\\example.com',
    'https://example.com\\@evil.test',
    'https://example.com/a\\b',
    'https://user@example.com',
    'https://user:pw@example.com',
    'https://:pw@example.com',
    'https://@example.com',
    'https://:@example.com',
    'https://a@b@example.com',
    'https://exam\tple.com',
    'https://example.com/\r\nSet-Cookie: a=b',
    'https://example.com/\n',
    'https://example.com/\u0000',
    'https://example.com/\u007f',
    'https://example.com/\u0085',
    'https://example.com/\u2028',
    'https://example.com/\u2029',
    'https://example.com/\u202etxt.exe',
    'https://example.com/\u2066x',
    'https://example.com/\u200e',
    'https://example.com/\u200b',
    '\ufeffhttps://example.com',
    'https://exa mple.com',
    'https://exa%20mple.com',
    'https://example..com',
    'https://.example.com',
    'https://example.com..',
    'https://-example.com',
    'https://example-.com',
    `https://${'a'.repeat(64)}.com`,
    `https://${'abcdefghi.'.repeat(26)}com`,
    'https://exa$mple.com',
    "https://exa'mple.com",
    'https://exa,mple.com',
    'https://*.example.com',
    'https://example.com:99999',
    'https://example.com:port',
    'https://1.2.3.4.5',
    'https://256.1.1.1',
    'https://[::1',
    'https://[::g]',
    'https://[fe80::1%25eth0]',
    `https://example.com/${'a'.repeat(2048)}`,
    `https://example.com/${'ä'.repeat(700)}`,
  ])('%j', (text) => {
    expect(refused(text)).toBe('refused')
  })
})

describe('accepted', () => {
  test.each([
    ['https://example.com', 'https://example.com/'],
    ['HTTPS://EXAMPLE.com/A', 'https://example.com/A'],
    ['http://example.com:80/', 'http://example.com/'],
    ['https://example.com:8443/x', 'https://example.com:8443/x'],
    ['https://example.com./x', 'https://example.com./x'],
    ['https://example.com/a/../b', 'https://example.com/b'],
    ['https://example.com/a b', 'https://example.com/a%20b'],
    ['https://example.com/%0d%0a%00', 'https://example.com/%0d%0a%00'],
    ['https://example.com/%2e%2E', 'https://example.com/'],
    ['https://example.com/?a=1&a=%20+b&&c', 'https://example.com/?a=1&a=%20+b&&c'],
    ['https://example.com/#:~:text=a,b', 'https://example.com/#:~:text=a,b'],
    ['https://example.com?', 'https://example.com/?'],
    ['https://example.com/me@home', 'https://example.com/me@home'],
    ['https://example.com/?to=https://a@b/', 'https://example.com/?to=https://a@b/'],
    ['https://bücher.example', 'https://xn--bcher-kva.example/'],
    ['https://例え.テスト/道', 'https://xn--r8jz45g.xn--zckzah/%E9%81%93'],
    ['https://ＥＸＡＭＰＬＥ.com', 'https://example.com/'],
    ['https://example。com', 'https://example.com/'],
    ['https://example.com/👩\u200d💻', 'https://example.com/%F0%9F%91%A9%E2%80%8D%F0%9F%92%BB'],
    ['https://_dmarc.example.com/', 'https://_dmarc.example.com/'],
    ['https://1.1.1.1/', 'https://1.1.1.1/'],
    ['https://[2606:4700::1111]/', 'https://[2606:4700::1111]/'],
    [`https://example.com/${'a'.repeat(2028)}`, `https://example.com/${'a'.repeat(2028)}`],
  ])('%j as %j', (text, href) => {
    expect(readDestination(text)).toEqual({ ok: true, url: href })
  })

  test('path, query and fragment stay byte for byte, and a second reading changes nothing', () => {
    fc.assert(
      fc.property(
        fc.webUrl({ withFragments: true, withQueryParameters: true, validSchemes: ['http', 'https'] }),
        (text) => {
          const read = readDestination(text)
          if (!read.ok) return
          expect(read.url).toBe(new URL(text).href)
          expect(readDestination(read.url)).toEqual(read)
        },
      ),
      { numRuns: 40 },
    )
  })

  test('whatever is taken is an href that a second reading leaves alone', () => {
    const unit = fc.constantFrom(...'ab.:/?#[]@!%20%2F\\ \t-_~ü\u202e1x'.split(''), 'https://', '..', '%0a', 'xn--')
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 12 }), (units) => {
        const read = readDestination(`https://e.com${units.join('')}`)
        if (!read.ok) return
        expect(readDestination(read.url)).toEqual(read)
        expect(new URL(read.url).username).toBe('')
        expect(read.url).toMatch(/^https:\/\/[\w.-]+(:\d+)?\/[\x21-\x7e]*$/)
      }),
    )
  })
})

describe('private hosts', () => {
  test.each([
    'http://localhost/',
    'http://LOCALHOST./',
    'http://a.localhost/',
    'http://a.localhost./',
    'http://printer.local/',
    'http://db.internal/',
    'http://metadata.google.internal./',
    'http://intranet/',
    'http://intranet./',
    'http://127.0.0.1/',
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0177.0.0.1/',
    'http://0x7f.1/',
    'http://127.0.0.1./',
    'http://0/',
    'http://0.0.0.0/',
    'http://10.1.2.3/',
    'http://100.64.0.1/',
    'http://169.254.169.254/',
    'http://2852039166/',
    'http://172.16.0.1/',
    'http://172.31.255.255/',
    'http://192.168.1.1/',
    'http://192.168.257/',
    'http://192.0.0.1/',
    'http://192.0.2.1/',
    'http://192.88.99.1/',
    'http://198.18.0.1/',
    'http://198.19.255.255/',
    'http://198.51.100.1/',
    'http://203.0.113.1/',
    'http://224.0.0.1/',
    'http://255.255.255.255/',
    'http://１２７.0.0.1/',
    'http://[::]/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:8.8.8.8]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[64:ff9b:1::1]/',
    'http://[2002:7f00:1::]/',
    'http://[2001::1]/',
    'http://[2001:db8::1]/',
    'http://[3fff::1]/',
    'http://[100::1]/',
    'http://[fc00::1]/',
    'http://[fd12:3456::1]/',
    'http://[fe80::1]/',
    'http://[fec0::1]/',
    'http://[ff02::1]/',
  ])('%s', (href) => {
    expect(isPrivateHost(new URL(href).href)).toBe(true)
  })

  test.each([
    'http://example.com/',
    'http://local.example.com/',
    'http://notlocal.com/',
    'http://internal.com/',
    'http://9.9.9.9/',
    'http://11.0.0.1/',
    'http://100.63.255.255/',
    'http://100.128.0.1/',
    'http://169.253.1.1/',
    'http://172.15.0.1/',
    'http://172.32.0.1/',
    'http://192.167.1.1/',
    'http://192.169.1.1/',
    'http://198.17.0.1/',
    'http://223.255.255.255/',
    'http://[2606:4700:4700::1111]/',
    'http://[2001:200::1]/',
    'http://[2a00:1450:4001::200e]/',
  ])('not %s', (href) => {
    expect(isPrivateHost(href)).toBe(false)
  })
})
