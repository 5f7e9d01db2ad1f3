// What goes wrong on the command line and in the environment: one line that helps, an exit code, and nothing half-done.

import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cli, cliFails, cliJson, type Environment } from './fixture/command.ts'
import { isMade, makeEmpty, runSql } from './fixture/database.ts'
import { createUser } from './fixture/people.ts'
import { describeOnly, makePlace, type Place } from './fixture/place.ts'

const places: Place[] = []
afterAll(async () => {
  await Promise.all(places.map((place) => place.remove()))
})
function newPlace(): Place {
  const place = makePlace()
  places.push(place)
  return place
}
const { env } = newPlace()
let user = ''
/** Commands that open the database in different ways. */
const EVERY_KIND = [['user', 'list'], ['migrate'], ['serve', '--port', '0']]

beforeAll(async () => {
  expect(await cliJson(['migrate'], env)).toMatchObject({ applied: expect.arrayContaining(['0001-initial']) })
  user = await createUser(env, 'growth')
})

describe('exit code 2, for a wrong command line:', () => {
  test.concurrent.each([
    ['an unknown command', ['frobnicate']],
    ['an unknown subcommand', ['user', 'frobnicate']],
    ['an unknown option', ['user', 'list', '--frobnicate']],
    ['a missing option', ['user', 'create']],
    ['a missing value', ['user', 'create', '--email']],
    ['a missing argument', ['user', 'update', '--plan', 'core']],
    ['an argument too many', ['user', 'list', 'more']],
    ['no e-mail address', ['user', 'create', '--email', 'nobody']],
    ['an unknown plan', ['user', 'create', '--email', 'new@example.com', '--plan', 'gold']],
    ['an address that is taken', ['user', 'create', '--email', `person-${process.pid}-1@example.com`]],
    ['a malformed id', ['token', 'list', '--user', 'usr_x']],
    ['the id of something else', ['token', 'list', '--user', 'tok_00000000000000000000000000']],
    ['an unknown scope', ['token', 'create', '--user', 'USER', '--scopes', 'links:read,links:admin']],
    ['no scope', ['token', 'create', '--user', 'USER', '--scopes', '']],
    ['a lifetime of nothing', ['token', 'create', '--user', 'USER', '--scopes', 'links:read', '--expires-in', '0']],
    ['a lifetime of words', ['token', 'create', '--user', 'USER', '--scopes', 'links:read', '--expires-in', '1h']],
    ['an unknown meter', ['usage', 'set', '--user', 'USER', '--meter', 'x', '--value', '1']],
    ['a value that is no number', ['usage', 'set', '--user', 'USER', '--meter', 'links', '--value', '-1']],
    ['no URL', ['link', 'create', 'example', '--user', 'USER']],
    ['a reserved slug', ['link', 'create', 'https://example.com', '--user', 'USER', '--slug', 'admin']],
    ['a port that is none', ['serve', '--port', '70000']],
  ])('%s', async (_, args) => {
    const line = await cliFails(
      2,
      args.map((word) => word.replace('USER', user)),
      env,
    )
    expect(line.length).toBeLessThan(300)
  })

  test.each([[[]], [['user']]])('no command: linkwright %j prints how it is used', async (args) => {
    const ended = await cli(args, env)
    expect(ended).toMatchObject({ code: 2, stdout: '' })
    expect(ended.stderr).toMatch(/^Usage: linkwright/)
  })

  test('nothing of it is done', async () => {
    const [users, tokens, links] = await Promise.all(
      [
        ['user', 'list'],
        ['token', 'list', '--user', user],
        ['link', 'list', '--user', user],
      ].map((args) => cliJson<{ data: object[] }>(args, env)),
    )
    expect([users!.data.length, tokens!.data, links!.data]).toEqual([1, [], []])
    expect(await cliJson(['usage', 'show', '--user', user], env)).toMatchObject({ meters: { links: { value: 0 } } })
  })
})

describe('exit code 1, for what is not there:', () => {
  const NOBODY = '00000000000000000000000000'
  test.each([
    ['user', ['token', 'list', '--user', `usr_${NOBODY}`]],
    ['token', ['token', 'revoke', `tok_${NOBODY}`]],
    ['domain', ['domain', 'verify', `dom_${NOBODY}`]],
    ['link', ['link', 'show', `lnk_${NOBODY}`]],
    ['slug', ['link', 'stats', 'never-made']],
  ])('a %s', async (_, args) => {
    await cliFails(1, args, env)
  })
})

describe('a database', () => {
  test('that is not there: exit 1, and none is made', async () => {
    const none = newPlace().env
    expect(await cliFails(1, ['user', 'list'], none)).toMatch(/linkwright migrate/)
    expect(await isMade(none)).toBe(false)
  })

  test('of an older schema: exit 1 and what to do, for all but migrate and serve', async () => {
    const older = newPlace().env
    await makeEmpty(older)
    for (const args of [
      ['user', 'list'],
      ['user', 'create', '--email', 'a@example.com'],
      ['link', 'show', 'abc'],
    ]) {
      expect(await cliFails(1, args, older)).toMatch(/linkwright migrate/)
    }
    expect((await cli(['migrate'], older)).code).toBe(0)
    expect((await cli(['user', 'list'], older)).code).toBe(0)
  })

  test('of a newer schema: exit 1', async () => {
    const newer = newPlace().env
    await cliJson(['migrate'], newer)
    await runSql(newer, "insert into linkwright_migration (name) values ('9999-from-the-future')")
    expect(await cliFails(1, ['user', 'list'], newer)).toMatch(/newer/)
  })
})

describeOnly('a file that is no database', () => {
  test('exit 1 for every command', async () => {
    const { folder } = newPlace()
    const at = (name: string): Environment => ({ DATABASE_URL: `sqlite:${join(folder, name)}` })
    writeFileSync(join(folder, 'text.db'), 'this is no database, however long one looks at it'.repeat(100))
    mkdirSync(join(folder, 'folder.db'))
    const places = [at('text.db'), at('folder.db'), at('text.db/links.db')]
    for (const args of EVERY_KIND) {
      for (const place of places) expect(readable(await cli(args, place))).toMatchObject({ code: 1, lines: 1 })
    }
  })
})

describeOnly('the default database', () => {
  test('is ./.data/linkwright.db, with a secret beside it that only its owner reads', async () => {
    const cwd = newPlace().folder
    expect((await cli(['migrate', '--json'], {}, cwd)).code).toBe(0)
    expect((await cli(['user', 'list'], {}, cwd)).code).toBe(0)
    const made = join(cwd, '.data')
    expect(readdirSync(made)).toContain('linkwright.db')
    const secret = readdirSync(made).filter((name) => name.includes('secret'))
    expect(secret).toHaveLength(1)
    expect(statSync(join(made, secret[0]!)).mode & 0o077).toBe(0)
  })
})

describeOnly('a database that cannot be reached', () => {
  test('exit 1 for every command, and the password is not told', async () => {
    const { env: good } = newPlace()
    const wrong = (change: (url: URL) => void): Environment => {
      const url = new URL(good.DATABASE_URL!)
      change(url)
      return { ...good, DATABASE_URL: url.href }
    }
    const places = [
      // Nobody listens on port 1.
      wrong((url) => {
        url.port = '1'
        url.password = 'hush'
      }),
      wrong((url) => {
        url.pathname = '/no_such_database'
        url.password = 'hush'
      }),
    ]
    for (const args of EVERY_KIND) {
      for (const place of places) {
        const line = readable(await cli(args, place))
        expect(line).toMatchObject({ code: 1, lines: 1 })
        expect(line.text).not.toContain('hush')
      }
    }
  })
})

describe('the environment', () => {
  test.concurrent.each([
    ['DATABASE_URL', 'mysql://localhost/links'],
    ['DATABASE_URL', 'links.db'],
    ['PORT', 'http'],
    ['LINKWRIGHT_ORIGIN', 'go.example.com'],
    ['LINKWRIGHT_ORIGIN', 'https://go.example.com/links'],
    ['LINKWRIGHT_SECRET', 'short'],
    ['DEFAULT_PLAN', 'gold'],
    ['DEFAULT_PLAN', 'constructor'],
    ['LOG_LEVEL', 'loud'],
    ['KEY_PROFILE', 'unheard-of'],
    ['SQLITE_SYNCHRONOUS', 'off'],
    ['TRUST_PROXY', 'everybody'],
    ['TRUST_PROXY', '10.0.0.0/33'],
    ['GEOIP_DB', '/nowhere/countries.mmdb'],
    ['BLOCKLIST_FILE', '/nowhere/list.txt'],
    ['SAFE_BROWSING_URL', 'ftp://example.com'],
  ])('%s=%s keeps the server from starting, with one line that names it', async (name, value) => {
    const more = name === 'SAFE_BROWSING_URL' ? { SAFE_BROWSING_API_KEY: 'key' } : {}
    const ended = await cli(['serve', '--port', '0'], { ...env, ...more, [name]: value })
    expect(ended.stdout).toBe('')
    expect([1, 2]).toContain(ended.code)
    expect(ended.stderr).toMatch(/^[^\n]+\n$/)
    const words: Record<string, RegExp> = {
      GEOIP_DB: /mmdb/,
      BLOCKLIST_FILE: /list/,
      SAFE_BROWSING_URL: /Safe Browsing/,
    }
    expect(ended.stderr).toMatch(words[name] ?? new RegExp(name))
  })

  test('NODE_ENV=production needs a strong LINKWRIGHT_SECRET, and starts nothing without', async () => {
    const none = newPlace().env
    for (const LINKWRIGHT_SECRET of ['', 'x'.repeat(31), 'x'.repeat(64)]) {
      const place = { ...none, NODE_ENV: 'production', LINKWRIGHT_SECRET }
      const line = readable(await cli(['serve', '--port', '0'], place))
      expect(line).toMatchObject({ lines: 1, text: expect.stringContaining('LINKWRIGHT_SECRET') })
      expect([1, 2]).toContain(line.code)
      expect(line.text).not.toContain('xxxx')
    }
    expect(await isMade(none)).toBe(false)
  })

  test('a port that is taken: exit 1', async () => {
    const other = createServer().listen(0)
    await new Promise((resolve) => other.once('listening', resolve))
    const { port } = other.address() as AddressInfo
    expect(await cliFails(1, ['serve', '--port', String(port)], newPlace().env)).toContain(`port ${port} is in use`)
    other.close()
  })
})

function readable({ code, stderr }: { readonly code: number | null; readonly stderr: string }) {
  return { code, lines: stderr.trimEnd().split('\n').length, text: stderr.trim() }
}
