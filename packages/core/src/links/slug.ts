// Slugs: what a short path may be, and how a new one is drawn.
import type { Random } from '../clock.ts'

/** 3–40 characters, held against the raw string. */
export const SLUG = /^[A-Za-z0-9_-]{3,40}$/

/** Never slugs, in any case, whatever routes are mounted. */
export const RESERVED_WORDS: readonly string[] = [
  'admin',
  'api',
  'app',
  'assets',
  'bio',
  'constructor',
  'dashboard',
  'docs',
  'favicon',
  'health',
  'healthz',
  'login',
  'logout',
  'null',
  'password',
  'prototype',
  '__proto__',
  'qr',
  'readyz',
  'reset-password',
  'robots',
  'signup',
  'sitemap',
  'static',
  'undefined',
  'well-known',
  'www',
]

// No 0 O o, 1 l I i, and no vowels or look-alike digits: words do not form by chance.
const ALPHABET = '23456789bcdfghjkmnpqrstvwxyzBCDFGHJKLMNPQRSTVWXYZ'
const LENGTH = 7

// What is left without vowels, still read as abuse.
const OBSCENE = /fck|fvck|sh[7t]|c[vn]nt|d[1c]k|p[5s]s|ngg|nzs|kkk|ss88|88hh/i

export type IsReserved = (slug: string) => boolean

/** @param routes first segments of the routes that the host has mounted on the same origin */
export function createReserved(routes: readonly string[]): IsReserved {
  const words = new Set([...RESERVED_WORDS, ...routes].map((word) => word.toLowerCase()))
  return (slug) => words.has(slug.toLowerCase())
}

/** Draws a slug of 7 characters from an alphabet without look-alikes. */
export function drawSlug(random: Random, isReserved: IsReserved): string {
  for (;;) {
    let slug = ''
    while (slug.length < LENGTH) {
      for (const byte of random(LENGTH)) {
        // The largest multiple of the alphabet below 256 keeps every letter equally likely.
        if (byte < 256 - (256 % ALPHABET.length) && slug.length < LENGTH) slug += ALPHABET[byte % ALPHABET.length]
      }
    }
    if (!OBSCENE.test(slug) && !isReserved(slug)) return slug
  }
}

/** What is unique per domain. */
export function slugKey(slug: string, caseSensitive: boolean): string {
  return caseSensitive ? slug : slug.toLowerCase()
}
