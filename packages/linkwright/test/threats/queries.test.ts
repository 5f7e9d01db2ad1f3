// Queries are read strictly, or refused.
//
// | threat | test |
// |---|---|
// | numbers in other notations, beyond their range, or as SQL | limit |
// | a cursor cut, lengthened, re-encoded or written by hand | cursors |
// | parameters given twice, in lists, made up, in broken encodings, or huge | the rest |
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Link, LinkList } from '../fixture/api.ts'
import { expectFailure } from '../fixture/errors.ts'
import { type Server, startServer } from '../fixture/server.ts'
import { type Crowd, type Member, openCrowd } from './crowd.ts'

let server: Server
let crowd: Crowd
let member: Member
let link: Link

beforeAll(async () => {
  server = await startServer()
  crowd = await openCrowd(server)
  member = await crowd.member({ tokens: 3 })
  link = await member.api.link({ customSlug: 'steady' })
})
afterAll(async () => {
  await crowd.close()
  await server.stop()
})

describe('queries', () => {
  const numbers = [
    '',
    '0',
    '-1',
    '201',
    '1e2',
    '1e9',
    '0x10',
    '1.0',
    '1.5',
    ' 10',
    '10 ',
    '+10',
    '%2010',
    '10%00',
    '010x',
    'ten',
    'NaN',
    'Infinity',
  ].concat(['null', 'true', '%D9%A3', '%EF%BC%91', '1,2', '1;2', '9'.repeat(30), '--1', '1_0', "1'", '1%27%20OR%201=1'])

  test.each(numbers)('limit=%s is refused', async (value) => {
    expectFailure(await member.api.get(`/links?limit=${value.replaceAll(' ', '%20')}`), 'VALIDATION_ERROR', 'limit')
  })

  test('parameters given twice, in lists, under unknown names or in broken encodings are refused', async () => {
    const queries = [
      'limit=1&limit=2',
      'limit=1&limit=1',
      'limit[]=1',
      'limit[0]=1',
      'limit[gt]=1',
      'limit.a=1',
      'Limit=1',
      'limit%00=1',
      'LIMIT=1',
    ]
      .concat([
        'offset=1',
        'page=2',
        'sort=slug',
        'order=desc',
        'q=x',
        'userId=1',
        'ownerId=1',
        'fields=*',
        'include=rules',
        '_method=DELETE',
        '=',
        '=1',
        'x',
      ])
      .concat([
        '__proto__=1',
        '__proto__[a]=1',
        'constructor=1',
        'constructor[prototype][a]=1',
        'toString',
        '%',
        '%zz',
        '%E0%A4%A',
        '%ff',
        'limit=%',
        'limit=%c0%b1',
      ])
      .concat([
        'includeArchived=',
        'includeArchived=1',
        'includeArchived=TRUE',
        'includeArchived=yes',
        'includeArchived=true&includeArchived=false',
      ])
      .concat([
        'cursor=',
        'cursor=0',
        'cursor=x',
        `cursor=${link.id}`,
        'cursor=MQ',
        'cursor=%00',
        'cursor=../..',
        `cursor=${'A'.repeat(8000)}`,
        `x=${'y'.repeat(8000)}`,
      ])
      .concat([
        Array.from({ length: 1000 }, (_, i) => `k${i}=1`).join('&'),
        'limit=1;limit=2',
        'limit=1?limit=2',
        'limit=1#',
        'limit=1%26limit=2',
      ])
    for (const query of queries) expectFailure(await member.api.get(`/links?${query}`), 'VALIDATION_ERROR')
  })

  test('a cursor is taken in the one spelling that was given out', async () => {
    for (let i = 0; i < 3; i++) await member.api.link()
    const cursor = (await member.api.get<LinkList>('/links?limit=2')).body.pagination.nextCursor!
    const next = (await member.api.get<LinkList>(`/links?limit=2&cursor=${cursor}`)).body
    expect(next.data.length).toBeGreaterThan(0)
    const spellings = [
      `${cursor}=`,
      `${cursor}%3D%3D`,
      `%20${cursor}`,
      `${cursor}%0A`,
      cursor.slice(0, -1),
      `${cursor}A`,
    ]
    const others = [cursor.toLowerCase(), cursor.toUpperCase(), [...cursor].reverse().join(''), `${cursor},${cursor}`]
    const inside = Buffer.from(cursor, 'base64url').toString()
    const rewritten = [inside, `${inside}0`, inside.replace(/^1/, '2'), `1${link.id}`, "1' OR 1=1", '1', ''].map(
      (text) => Buffer.from(text).toString('base64url'),
    )
    expect(rewritten.shift()).toBe(cursor)
    for (const wrong of [...spellings, ...others, ...rewritten]) {
      expectFailure(await member.api.get(`/links?cursor=${wrong}`), 'VALIDATION_ERROR', 'cursor')
    }
  })

  test('a route without parameters takes none', async () => {
    for (const path of ['/me', `/links/${link.id}`, `/links/${link.id}/rules`]) {
      for (const query of ['x=1', '__proto__=1', '%', 'limit=1'])
        expectFailure(await member.api.get(`${path}?${query}`), 'VALIDATION_ERROR')
      expect((await member.api.get(`${path}?`)).status).toBe(200)
    }
    expectFailure(await member.api.post('/links?x=1', { destinationUrl: 'https://example.com/' }), 'VALIDATION_ERROR')
    expectFailure(await member.api.delete(`/links/${link.id}?force=true`), 'VALIDATION_ERROR')
  })

  test('times are RFC 3339, in order or not', async () => {
    for (const name of ['from', 'to']) {
      for (const value of [
        '',
        '0',
        '1e12',
        '2026',
        '2026-01-01',
        'now',
        '2026-02-30T00:00:00Z',
        '2026-01-01T00:00:00',
        '%00',
        '-1',
      ]) {
        expectFailure(await member.api.get(`/links/${link.id}/stats?${name}=${value}`), 'VALIDATION_ERROR', name)
      }
    }
    for (const query of [
      'from=0000-01-01T00:00:00Z&to=9999-12-31T23:59:59Z',
      'from=2030-01-01T00:00:00Z&to=2020-01-01T00:00:00Z',
    ]) {
      const { status } = await member.api.get(`/links/${link.id}/stats?${query}`)
      expect([200, 400], query).toContain(status)
    }
  })
})
