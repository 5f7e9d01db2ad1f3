// Domains: which hosts can be one, who may claim them, and who gets them.
import { describe, expect, test } from 'vitest'
import { ALICE, BOB, codeOf, createWorld } from '../../test/world.ts'
import { normalizeHost, parseDomainHost } from './domain.ts'

test.each([
  ['Go.Example.COM', 'go.example.com'],
  ['go.example.com:8080', 'go.example.com'],
  ['go.example.com.', 'go.example.com'],
  ['go.example.com.:443', 'go.example.com'],
  ['localhost', 'localhost'],
  ['[::1]', '[::1]'],
  ['[2001:DB8::1]:80', '[2001:db8::1]'],
  ['', ''],
])('the host of %j is %j', (header, host) => {
  expect(normalizeHost(header)).toBe(host)
})

describe('a domain', () => {
  test.each([
    ['Links.Example.com', 'links.example.com'],
    ['links.example.com.', 'links.example.com'],
    ['bücher.example', 'xn--bcher-kva.example'],
  ])('can be %j', (text, host) => {
    expect(parseDomainHost(text)).toBe(host)
  })

  test.each([
    '',
    'localhost',
    'https://example.com',
    'example.com/path',
    'example.com:80',
    'user@example.com',
    'exa mple.com',
    'example.com?x',
    'example.com#x',
    'a\\b.com',
    '127.0.0.1',
    '0x7f.1',
    '[::1]',
    '-a.example.com',
    'a..example.com',
    'under_score.example.com',
    `${'a'.repeat(64)}.com`,
    `${'abcdefghi.'.repeat(26)}com`,
    'exa%6dple.com',
    'example.com\n',
  ])('cannot be %j', (text) => {
    expect(parseDomainHost(text)).toBeNull()
  })
})

test('many may claim a host, the first to prove it has it', async () => {
  const { core } = createWorld()
  const mine = await core.domains.add(ALICE.owner, 'Links.Example.net')
  const theirs = await core.domains.add(BOB.owner, 'links.example.net')
  expect(mine).toMatchObject({ host: 'links.example.net', verifiedAt: null, caseSensitive: true })
  expect(await codeOf(core.domains.add(ALICE.owner, 'links.example.net.'))).toBe('VALIDATION_ERROR')
  expect(await codeOf(core.domains.verify(ALICE.owner, theirs.id))).toBe('NOT_FOUND')
  expect((await core.domains.verify(BOB.owner, theirs.id)).verifiedAt).toBe(mine.createdAt)
  expect(await codeOf(core.domains.verify(ALICE.owner, mine.id))).toBe('VALIDATION_ERROR')
  expect((await core.domains.list(ALICE, { limit: 9 })).items).toEqual([mine])
})

test('the service’s own host is nobody’s domain', async () => {
  const { core } = createWorld()
  expect(await codeOf(core.domains.add(ALICE.owner, 'GO.example.org.'))).toBe('VALIDATION_ERROR')
})

test('a sibling project shares the domains of the subject', async () => {
  const { core } = createWorld()
  const { id } = await core.domains.add(ALICE.owner, 'links.example.net')
  const sibling = { id: 'project-2', subject: 'user-alice' }
  expect((await core.domains.verify(sibling, id)).id).toBe(id)
  expect(await codeOf(core.domains.add(sibling, 'links.example.net'))).toBe('VALIDATION_ERROR')
})
