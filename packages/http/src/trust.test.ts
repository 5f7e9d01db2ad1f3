// Addresses of clients, whoever forwards them.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createTrust, readAddress } from './trust.ts'

const trust = createTrust(['10.0.0.0/8', '2001:db8::/32', '192.0.2.1'])
const client = (remoteAddress: string | undefined, forwardedFor?: string, of = trust) =>
  of.clientOf({ remoteAddress, forwardedFor, forwardedHost: undefined })

describe('createTrust', () => {
  test('believes nobody without being told', () => {
    const none = createTrust([])
    expect(client('10.0.0.1', '203.0.113.9', none)).toBe('10.0.0.1')
    expect(none.trusts('10.0.0.1')).toBe(false)
    expect(none.hostOf({ remoteAddress: '10.0.0.1', forwardedFor: undefined, forwardedHost: 'x' })).toBeUndefined()
  })

  test.each([
    ['203.0.113.9', '198.51.100.1', '203.0.113.9'],
    ['10.0.0.1', undefined, '10.0.0.1'],
    ['10.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['10.0.0.1', '6.6.6.6, 198.51.100.1', '198.51.100.1'],
    ['10.0.0.1', '6.6.6.6, 198.51.100.1, 10.2.3.4', '198.51.100.1'],
    ['10.0.0.1', '10.9.9.9, 10.2.3.4', '10.9.9.9'],
    ['::ffff:10.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['::ffff:203.0.113.9', '198.51.100.1', '203.0.113.9'],
    ['2001:db8::1', '2001:470::7', '2001:470::7'],
    ['2001:db8::1', '[2001:470::7]:443', '2001:470::7'],
    ['10.0.0.1', '198.51.100.1:5555', '198.51.100.1'],
    ['10.0.0.1', '6.6.6.6, unknown', '10.0.0.1'],
    ['10.0.0.1', '', '10.0.0.1'],
    ['10.0.0.1', ',,', '10.0.0.1'],
    [undefined, '198.51.100.1', ''],
  ])('from %s with "%s" sees %s', (remote, forwarded, seen) => expect(client(remote, forwarded)).toBe(seen))

  test('never takes what a client of no proxy claims', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.string(), (claimed, noise) => {
        expect(client('10.0.0.1', `${noise},${claimed}, 203.0.113.9`)).toBe('203.0.113.9')
      }),
    )
  })

  test('takes the host from the nearest proxy', () => {
    const host = (remoteAddress: string, forwardedHost?: string) =>
      trust.hostOf({ remoteAddress, forwardedFor: undefined, forwardedHost })
    expect(host('192.0.2.1', 'go.example.com')).toBe('go.example.com')
    expect(host('192.0.2.1', 'evil.example, go.example.com')).toBe('go.example.com')
    expect(host('192.0.2.1', ' ')).toBeUndefined()
    expect(host('192.0.2.2', 'evil.example')).toBeUndefined()
  })

  test.each(['', 'localhost', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/-1', '::/129', '10.0.0/8', '10.0.0.0/8/8', '*'])(
    'refuses the proxy "%s"',
    (entry) => expect(() => createTrust([entry])).toThrow(TypeError),
  )
})

test('readAddress gives an address or nothing', () => {
  for (const text of ['', 'unknown', '_hidden', '1.2.3', '1.2.3.4.5', '[::1', 'fe80::g', '1.2.3.4:x', '127.1']) {
    expect(readAddress(text)).toBe('')
  }
  expect(readAddress('fe80::1%eth0')).toBe('fe80::1')
  expect(readAddress('::FFFF:1.2.3.4')).toBe('1.2.3.4')
})
