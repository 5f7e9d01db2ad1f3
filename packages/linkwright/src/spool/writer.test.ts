// When nothing can be written: a limit of its own, and a full disk.
import { execFileSync } from 'node:child_process'
import { pbkdf2 } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ClickEvent, Journal } from '@linkwright/core'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { type SpoolOptions, spool } from './index.ts'

const endings: (() => unknown)[] = []
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end()
})

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'spool-'))
  endings.push(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function openSpool(folder: string, options?: SpoolOptions): Journal {
  const journal = spool(folder, options)
  endings.push(() => journal.close())
  return journal
}

function eventOf(id: string, userAgent = ''): ClickEvent {
  const flags = { head: false, prefetch: false, ruleId: null, country: null, referrer: null }
  return { id, at: 1, linkId: 'l', outcome: 'redirect', visitor: 'v', acceptLanguage: '', userAgent, ...flags }
}

const names = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `e${from + i}`)

async function put(journal: Journal, ids: readonly string[]): Promise<void> {
  await Promise.all(ids.map((id) => journal.append(eventOf(id))))
}

async function drainAll(journal: Journal, size = 50): Promise<string[]> {
  const ids: string[] = []
  while ((await journal.drain(size, async (events) => void ids.push(...events.map(({ id }) => id)))) > 0) {}
  return ids
}

function recordingLogger() {
  const lines: [level: string, message: string, fields: object][] = []
  const at = (level: string) => (fields: object, message: string) => {
    lines.push([level, message, fields])
  }
  return { lines, logger: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') } }
}

/** All files below a folder. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

const segmentsBelow = (folder: string) => filesBelow(folder).filter((path) => path.endsWith('.clicks'))

describe('while a segment is synced', () => {
  const turn = () => new Promise((resolve) => setImmediate(resolve))

  /** An event whose sync has to wait, since all threads have something else to do. */
  async function slowSync() {
    const journal = openSpool(newFolder(), { sync: 'full' })
    for (let thread = 0; thread < 8; thread++) pbkdf2('', '', 100_000, 32, 'sha256', () => {})
    const kept = put(journal, ['a'])
    await turn()
    await turn()
    return { journal, kept }
  }

  test('a drain does not close it', async () => {
    const { journal, kept } = await slowSync()
    expect(await drainAll(journal)).toEqual(['a'])
    await kept
  })

  test('the events of further ticks wait together for the next sync', async () => {
    const { journal, kept } = await slowSync()
    const next = journal.append(eventOf('b'))
    await turn()
    await turn()
    expect(journal.append(eventOf('c'))).toBe(next)
    await Promise.all([kept, next])
    expect(await drainAll(journal)).toEqual(['a', 'b', 'c'])
  })
})

const small = mountSmall()
test('above its own limit it refuses, tells it once, and goes on when there is room', {
  timeout: 30_000,
}, async () => {
  const log = recordingLogger()
  const journal = openSpool(newFolder(), { maxBytes: 2000, ...log })
  const kept: string[] = []
  const tryPut = async (id: string) => {
    try {
      await journal.append(eventOf(id))
      kept.push(id)
      return 'kept'
    } catch (error) {
      return String(error)
    }
  }
  for (let i = 0; i < 50; i++) await tryPut(`e${i}`)
  expect(kept.length).toBeGreaterThan(3)
  expect(kept.length).toBeLessThan(12)
  expect(log.lines).toEqual([['error', expect.stringContaining('all that it may, 2000 bytes'), expect.anything()]])
  // For a while nothing is tried: a refusal costs a visit nothing.
  const attempt = () => {
    try {
      const kept = journal.append(eventOf('again'))
      if (kept instanceof Promise) kept.catch(() => {})
      return 'tried'
    } catch (error) {
      return String(error)
    }
  }
  await expect.poll(attempt).toContain('all that it may')
  expect(await drainAll(journal)).toEqual(kept)
  kept.length = 0
  await expect.poll(() => tryPut('later'), { timeout: 20_000 }).toBe('kept')
  expect(log.lines[1]).toEqual(['info', expect.stringContaining('again'), { refused: expect.any(Number) }])
  expect(log.lines).toHaveLength(2)
  expect(await drainAll(journal)).toEqual(['later'])
})

test.skipIf(small === undefined).each<SpoolOptions>([{ sync: 'none' }, { sync: 'full' }])(
  'on a full disk with %j: what was kept is there, and it goes on when there is space',
  { timeout: 60_000 },
  async (options) => {
    const log = recordingLogger()
    const folder = join(small!, `spool-${options.sync}`)
    const journal = openSpool(folder, { ...options, segmentBytes: 100_000, ...log })
    const kept: string[] = []
    let refused = 0
    let number = 0
    const tryPut = async (count: number) => {
      const ids = names(number, number + count)
      number += count
      await put(journal, ids).then(
        () => kept.push(...ids),
        () => refused++,
      )
    }
    for (let i = 0; i < 200; i++) await tryPut(97)
    expect(kept.length).toBeGreaterThan(1000)
    expect(refused).toBeGreaterThan(0)
    expect(log.lines).toEqual([['error', expect.stringContaining('the disk is full'), expect.anything()]])
    const files = segmentsBelow(folder)
    // Long enough for it to try again, and to fail again.
    await new Promise((resolve) => setTimeout(resolve, 1_100))
    await tryPut(97)
    expect(log.lines).toHaveLength(1)
    expect(segmentsBelow(folder)).toEqual(files)
    const given: string[] = []
    const fold = async (events: readonly ClickEvent[]) => {
      given.push(...events.map(({ id }) => id))
    }
    // Folding makes the space.
    while (given.length < 1500) await journal.drain(50, fold)
    const before = kept.length
    await expect.poll(() => tryPut(3).then(() => kept.length > before), { timeout: 20_000 }).toBe(true)
    expect(log.lines[1]).toEqual(['info', expect.stringContaining('again'), expect.anything()])
    while ((await journal.drain(50, fold)) > 0) {}
    const all = new Set(given)
    expect(all.size).toBe(given.length)
    expect(kept.filter((id) => !all.has(id))).toEqual([])
    expect(given.every((id) => /^e\d+$/.test(id) && Number(id.slice(1)) < number)).toBe(true)
    expect(segmentsBelow(folder)).toEqual([])
  },
)

/** A disk of one megabyte, where the machine lets us have one. */
function mountSmall(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined
  const folder = mkdtempSync(join(tmpdir(), 'spool-disk-'))
  try {
    execFileSync('sh', ['-c', 'mount -t tmpfs -o size=1m tmpfs "$0"', folder], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  afterAll(() => {
    execFileSync('sh', ['-c', 'umount "$0"', folder])
    rmSync(folder, { recursive: true })
  })
  return folder
}
