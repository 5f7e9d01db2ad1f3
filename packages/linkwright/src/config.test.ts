// Configuration from the environment: defaults, and a clear word for every mistake.
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { originOf, readConfig } from './config.ts'
import { UsageError } from './values.ts'

describe('readConfig', () => {
  test('nothing set', () => {
    const config = readConfig({})
    expect(config).toMatchObject({
      database: { engine: 'sqlite', path: resolve('.data/linkwright.db') },
      redis: undefined,
      clicks: {
        journal: 'spool',
        spool: { folder: resolve('.data/linkwright.db-spool'), sync: 'none' },
        retentionDays: undefined,
      },
      port: 3000,
      workers: 1,
      secret: undefined,
      defaultPlan: 'free',
      trustProxy: [],
      production: false,
      logLevel: 'info',
      synchronous: 'normal',
    })
    expect(config.profile.prefix).toBe('lw_pk_')
    expect(originOf(config)).toBe('http://localhost:3000')
  })

  test('an empty variable is one that is not set', () => {
    expect(readConfig({ PORT: '', LINKWRIGHT_SECRET: '', SAFE_BROWSING_API_KEY: '' })).toEqual(readConfig({}))
  })

  test('everything set', () => {
    const config = readConfig({
      DATABASE_URL: 'sqlite:/tmp/a b.db',
      PORT: '8080',
      LINKWRIGHT_ORIGIN: 'https://go.example.com/',
      DEFAULT_PLAN: 'premium',
      TRUST_PROXY: '10.0.0.0/8, 127.0.0.1',
      COUNTRY_HEADER: 'CF-IPCountry',
      SAFE_BROWSING_API_KEY: 'key',
      SAFE_BROWSING_URL: 'http://localhost:1',
      TOKEN_PREFIX: 'snipt_pk_',
      NODE_ENV: 'production',
      SQLITE_SYNCHRONOUS: 'full',
    })
    expect(config).toMatchObject({
      database: { engine: 'sqlite', path: '/tmp/a b.db' },
      origin: 'https://go.example.com',
      trustProxy: ['10.0.0.0/8', '127.0.0.1'],
      countryHeader: 'cf-ipcountry',
      safeBrowsing: { apiKey: 'key', url: 'http://localhost:1' },
      production: true,
      synchronous: 'full',
    })
    expect(config.profile.prefix).toBe('snipt_pk_')
  })

  test('engines of more than one machine', () => {
    const config = readConfig({
      DATABASE_URL: 'postgres://links:secret@db.internal:5432/links',
      REDIS_CLUSTER: 'redis-1:6379, redis-2:6380,[::1]:7000',
      REDIS_PREFIX: 'acme:',
      REDIS_CACHE: 'on',
      CLICK_JOURNAL: 'redis',
      CLICK_RETENTION_DAYS: '90',
      SPOOL_DIR: '/var/spool/links',
      SPOOL_SYNC: 'full',
      WORKERS: '4',
    })
    expect(config).toMatchObject({
      database: { engine: 'postgres', url: 'postgres://links:secret@db.internal:5432/links' },
      redis: { prefix: 'acme:', cache: true },
      clicks: { journal: 'redis', spool: { folder: '/var/spool/links/links', sync: 'full' }, retentionDays: 90 },
      workers: 4,
    })
    expect(config.redis?.where).toMatchObject({
      tls: false,
      cluster: [
        { host: 'redis-1', port: 6379 },
        { host: 'redis-2', port: 6380 },
        { host: '::1', port: 7000 },
      ],
    })
    expect(readConfig({ DATABASE_URL: 'postgresql://h/d' }).clicks.spool.folder).toBe(resolve('.data/spool/d'))
    expect(readConfig({ REDIS_URL: 'rediss://h:6379/2' }).redis).toMatchObject({
      where: 'rediss://h:6379/2',
      cache: false,
    })
    expect(() => readConfig({ REDIS_URL: 'redis://h', REDIS_CLUSTER: 'h:1' })).toThrow('not both')
    const guarded = { REDIS_CLUSTER: 'h:1', REDIS_USERNAME: 'u', REDIS_PASSWORD: 'p', REDIS_TLS: 'on' }
    expect(readConfig(guarded).redis?.where).toMatchObject({ username: 'u', password: 'p', tls: true })
    expect(readConfig({ DATABASE_URL: 'postgres://h/links?schema=a' }).clicks.spool.folder).toBe(
      resolve('.data/spool/links.a'),
    )
    expect(readConfig({ WORKERS: 'auto' }).workers).toBeGreaterThan(0)
  })

  test('a key profile, with the default prefix or another', () => {
    expect(readConfig({ KEY_PROFILE: 'topsnapp' }).profile).toMatchObject({ prefix: 'topsnapp_sk_', shown: 20 })
    expect(readConfig({ KEY_PROFILE: 'topsnapp', TOKEN_PREFIX: 'x_' }).profile).toMatchObject({
      prefix: 'x_',
      shown: 10,
    })
  })

  test.each([
    ['DATABASE_URL', 'mysql://localhost/x'],
    ['DATABASE_URL', 'postgres:x'],
    ['DATABASE_URL', 'postgres://h/name?schema=My-Links'],
    ['DATABASE_URL', 'sqlite:'],
    ['PORT', '70000'],
    ['PORT', '3e3'],
    ['PORT', '-1'],
    ['LINKWRIGHT_ORIGIN', 'go.example.com'],
    ['LINKWRIGHT_ORIGIN', 'https://go.example.com/path'],
    ['LINKWRIGHT_ORIGIN', 'ftp://go.example.com'],
    ['DEFAULT_PLAN', 'gold'],
    ['DEFAULT_PLAN', 'constructor'],
    ['TOKEN_PREFIX', 'a b'],
    ['KEY_PROFILE', 'constructor'],
    ['LOG_LEVEL', 'loud'],
    ['TRUST_PROXY', 'everybody'],
    ['TRUST_PROXY', '10.0.0.0/99'],
    ['SQLITE_SYNCHRONOUS', 'off'],
    ['REDIS_URL', 'localhost:6379'],
    ['REDIS_URL', 'redis://localhost:6379/first'],
    ['REDIS_CACHE', 'yes'],
    ['REDIS_CACHE', 'on'],
    ['REDIS_CLUSTER', 'a:1,b'],
    ['REDIS_PREFIX', 'lw{1}:'],
    ['CLICK_JOURNAL', 'disk'],
    ['CLICK_JOURNAL', 'redis'],
    ['CLICK_RETENTION_DAYS', '0'],
    ['CLICK_RETENTION_DAYS', '1.5'],
    ['SPOOL_SYNC', 'yes'],
    ['WORKERS', '0'],
    ['WORKERS', 'many'],
  ])('%s=%s is refused by name', (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(UsageError)
    expect(() => readConfig({ [name]: value })).toThrow(name)
  })
})
