// Pseudonyms: who is told apart, and who is not.
import { describe, expect, test } from 'vitest'
import { networkOf, pseudonymOf } from './pseudonym.ts'

test('a visitor is the same within a day’s salt, their /64 and their agent, and nowhere else', () => {
  const visitor = pseudonymOf('salt', '2001:db8::1', 'safari')
  expect(visitor).toMatch(/^[0-9a-f]{24}$/)
  expect(pseudonymOf('salt', '2001:db8::ffff', 'safari')).toBe(visitor)
  expect(pseudonymOf('salt', '2001:db8:0:1::1', 'safari')).not.toBe(visitor)
  expect(pseudonymOf('salt', '2001:db8::1', 'chrome')).not.toBe(visitor)
  expect(pseudonymOf('tomorrow’s', '2001:db8::1', 'safari')).not.toBe(visitor)
})

describe('the network that a visitor is told apart by', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2:ffff::1', '2001:db8:1:2'],
    ['2001:0DB8:0001:2::9', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['2001:db8:1::', '2001:db8:1:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['', ''],
  ])('of %s is %s', (ip, network) => {
    expect(networkOf(ip)).toBe(network)
  })
})
