// The numbers of the built-in key profiles.

import { expect, test } from 'vitest'
import { bodyLength, defaultProfile, KEY_PROFILES, topsnappProfile } from './profile.ts'

test('the usual key is 43 characters of body and shows six of them', () => {
  const profile = defaultProfile('snipara_ic_')
  expect(bodyLength(profile)).toBe(43)
  expect(profile).toMatchObject({ prefix: 'snipara_ic_', checksum: true, shown: 17, hash: 'sha256', rights: 'scopes' })
  expect(defaultProfile().prefix).toBe('lw_pk_')
})

test.each(['', '_', '1x_', 'a b', 'a.b', 'é_', `a${'b'.repeat(32)}`, 'a\n'])('%j is no prefix', (prefix) => {
  expect(() => defaultProfile(prefix)).toThrow(TypeError)
})

test('TopSnapp keys are 60 characters in all, ten a user, without an end', () => {
  expect(topsnappProfile.prefix.length + bodyLength(topsnappProfile)).toBe(60)
  expect(topsnappProfile).toMatchObject({
    checksum: false,
    shown: 20,
    maxPerUser: 10,
    defaultExpirySeconds: null,
    hash: 'slow',
    rights: 'user',
  })
})

test('profiles are found by their name and by nothing else', () => {
  for (const [name, profile] of KEY_PROFILES) expect(profile.name).toBe(name)
  expect([...KEY_PROFILES.keys()]).toEqual(['default', 'topsnapp'])
  expect(KEY_PROFILES.get('__proto__')).toBeUndefined()
  expect(KEY_PROFILES.get('constructor')).toBeUndefined()
})
