// Whose a part of the spool is: what the dead leave is taken over, what the living have is not.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ClickEvent, Journal } from '@linkwright/core'
import { afterEach, expect, test } from 'vitest'
import { spool } from './index.ts'
import { toLine } from './line.ts'
import { thisProcess } from './owner.ts'

const endings: (() => unknown)[] = []
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end()
})

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'spool-'))
  endings.push(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function openSpool(...args: Parameters<typeof spool>): Journal {
  const journal = spool(...args)
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

/** What a process left behind that is dead and has no owner file any more. */
function leave(folder: string, segments: readonly (string | Buffer)[], name = '1-0a0b0c0d'): void {
  mkdirSync(join(folder, `${name}.0`))
  segments.forEach((content, index) => {
    writeFileSync(join(folder, `${name}.0`, `0000000${index}.clicks`), content)
  })
}

function recordingLogger() {
  const lines: [level: string, message: string, fields: object][] = []
  const at = (level: string) => (fields: object, message: string) => {
    lines.push([level, message, fields])
  }
  return { lines, logger: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') } }
}

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000)

/** @param owner the owner file's content */
async function adopted(owner: string, time = new Date()): Promise<boolean> {
  const folder = newFolder()
  leave(folder, [toLine(eventOf('left'))])
  const path = join(folder, '1-0a0b0c0d.owner')
  writeFileSync(path, owner)
  utimesSync(path, time, time)
  const got = (await drainAll(openSpool(folder))).length === 1
  expect(existsSync(path)).toBe(!got)
  return got
}
const owner = (more: object) => JSON.stringify({ ...thisProcess(), ...more })

test('a living process keeps its own, however long it was not heard of', async () => {
  expect(await adopted(owner({}), minutesAgo(600))).toBe(false)
})

test('a process with another number, or another start, is dead', async () => {
  expect(await adopted(owner({ pid: 2 ** 22 - 1 }))).toBe(true)
  expect(await adopted(owner({ started: 'another boot 12345' }))).toBe(existsSync('/proc/self/stat'))
})

test('a process of another machine is dead when it was not heard of for five minutes', async () => {
  expect(await adopted(owner({ host: 'elsewhere', pid: 2 ** 22 - 1 }), minutesAgo(4))).toBe(false)
  expect(await adopted(owner({ host: 'elsewhere' }), minutesAgo(6))).toBe(true)
})

test('an owner file that was never finished counts by its age', async () => {
  expect(await adopted('{"pid":', minutesAgo(4))).toBe(false)
  expect(await adopted('', minutesAgo(6))).toBe(true)
})

test('journals of one process take nothing from each other', async () => {
  const folder = newFolder()
  const [one, two] = [openSpool(folder), openSpool(folder)]
  await Promise.all([put(one, names(0, 10)), put(two, names(10, 20))])
  expect(await drainAll(two)).toEqual(names(10, 20))
  expect(await drainAll(one)).toEqual(names(0, 10))
})

test('other files in the folder are nobody’s business', async () => {
  const folder = newFolder()
  mkdirSync(join(folder, 'lost+found'))
  writeFileSync(join(folder, '1-0a0b0c0d.0.bak'), 'x')
  await openSpool(folder).close()
  expect(readdirSync(folder).sort()).toEqual(['1-0a0b0c0d.0.bak', 'lost+found'])
})

test('a journal whose part was taken away goes on in another, and nothing is lost', { timeout: 30_000 }, async () => {
  const folder = newFolder()
  const log = recordingLogger()
  const journal = openSpool(folder, log)
  await put(journal, ['before'])
  // As somebody does who takes it for dead.
  const [part] = readdirSync(folder).filter((name) => name.endsWith('.0'))
  renameSync(join(folder, part!), join(folder, '1-0a0b0c0d.1'))
  const other = openSpool(folder)
  expect(await drainAll(other)).toEqual(['before'])
  await other.close()
  await expect.poll(() => log.lines.map(([level]) => level), { timeout: 20_000 }).toEqual(['warn'])
  await put(journal, ['after'])
  expect(await drainAll(journal)).toEqual(['after'])
  await journal.close()
  expect(readdirSync(folder)).toEqual([])
})

test('a journal whose folder was removed makes it again', { timeout: 30_000 }, async () => {
  const folder = newFolder()
  const journal = openSpool(folder)
  rmSync(folder, { recursive: true })
  const tryPut = () => put(journal, ['after']).then(() => 'kept', String)
  await expect.poll(tryPut, { timeout: 20_000 }).toBe('kept')
  expect(await drainAll(journal)).toEqual(['after'])
})
