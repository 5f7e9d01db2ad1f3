// Configuration from the environment: defaults, and a clear word for every mistake.
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { originOf, readConfig, UsageError } from './config.ts'

describe('readConfig', () => {
  test('nothing set', () => {
    const config = readConfig({})
    expect(config).toMatchObject({
      database: resolve('.data/linkwright.db'),
      port: 3000,
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
      database: '/tmp/a b.db',
      origin: 'https://go.example.com',
      trustProxy: ['10.0.0.0/8', '127.0.0.1'],
      countryHeader: 'cf-ipcountry',
      safeBrowsing: { apiKey: 'key', url: 'http://localhost:1' },
      production: true,
      synchronous: 'full',
    })
    expect(config.profile.prefix).toBe('snipt_pk_')
  })

  test('a key profile, with the default prefix or another', () => {
    expect(readConfig({ KEY_PROFILE: 'topsnapp' }).profile).toMatchObject({ prefix: 'topsnapp_sk_', shown: 20 })
    expect(readConfig({ KEY_PROFILE: 'topsnapp', TOKEN_PREFIX: 'x_' }).profile).toMatchObject({
      prefix: 'x_',
      shown: 10,
    })
  })

  test.each([
    ['DATABASE_URL', 'postgres://localhost/x'],
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
  ])('%s=%s is refused by name', (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(UsageError)
    expect(() => readConfig({ [name]: value })).toThrow(name)
  })
})
