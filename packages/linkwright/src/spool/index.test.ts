// The spool on real files: what it has taken is handed over until it is folded, and over the end of a process.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ClickEvent, Journal } from '@linkwright/core'
import { afterEach, describe, expect, test } from 'vitest'
import { type SpoolOptions, spool } from './index.ts'
import { toLine } from './line.ts'

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

function eventOf(id: string, userAgent = 'agent'): ClickEvent {
  return {
    id,
    at: 1_795_000_000_000,
    linkId: 'link',
    ruleId: null,
    outcome: 'redirect',
    head: false,
    prefetch: false,
    visitor: 'v',
    country: 'DE',
    userAgent,
    referrer: null,
    acceptLanguage: '',
  }
}

const names = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `e${from + i}`)

async function put(journal: Journal, ids: readonly string[]): Promise<void> {
  await Promise.all(ids.map((id) => journal.append(eventOf(id))))
}

/** Folds all there is. @returns the ids in their order */
async function drainAll(journal: Journal, size = 50): Promise<string[]> {
  const ids: string[] = []
  const fold = async (events: readonly ClickEvent[]) => {
    ids.push(...events.map(({ id }) => id))
  }
  while ((await journal.drain(size, fold)) > 0) {}
  return ids
}

/** All files below a folder. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

const segmentsBelow = (folder: string) => filesBelow(folder).filter((path) => path.endsWith('.clicks'))

describe.each<SpoolOptions>([{ sync: 'none' }, { sync: 'full' }])('with %j', (options) => {
  test('events are handed over in their order, and forgotten once they are folded', async () => {
    const folder = newFolder()
    const journal = openSpool(folder, options)
    await put(journal, names(0, 120))
    expect(journal.pending).toBe(120)
    expect(await drainAll(journal)).toEqual(names(0, 120))
    expect(journal.pending).toBe(0)
    expect(segmentsBelow(folder)).toEqual([])
    await put(journal, names(120, 130))
    expect(await drainAll(journal)).toEqual(names(120, 130))
  })

  test('the events of a tick share one promise, and are on disk when it is kept', async () => {
    const folder = newFolder()
    const journal = openSpool(folder, options)
    const first = journal.append(eventOf('a'))
    expect(journal.append(eventOf('b'))).toBe(first)
    expect(journal.pending).toBe(2)
    await first
    const later = journal.append(eventOf('c'))
    expect(later).not.toBe(first)
    await later
    const [path] = segmentsBelow(folder)
    expect(readFileSync(path!, 'utf8')).toBe(['a', 'b', 'c'].map((id) => toLine(eventOf(id))).join(''))
  })

  test('segments end when they are large enough', async () => {
    const folder = newFolder()
    const journal = openSpool(folder, { ...options, segmentBytes: 1000 })
    for (let i = 0; i < 40; i++) await put(journal, [`e${i}`])
    const paths = segmentsBelow(folder)
    expect(paths.length).toBeGreaterThan(5)
    for (const path of paths) expect(statSync(path).size).toBeLessThan(1500)
    expect(await drainAll(journal, 3)).toEqual(names(0, 40))
  })

  test('draining while others append hands over each event once', async () => {
    const journal = openSpool(newFolder(), { ...options, segmentBytes: 3000 })
    const appending = (async () => {
      for (let i = 0; i < 100; i++) {
        await Promise.race([put(journal, names(i * 5, i * 5 + 5)), new Promise((resolve) => setImmediate(resolve))])
      }
    })()
    const ids: string[] = []
    await Promise.all([
      appending,
      (async () => {
        while (ids.length < 500) ids.push(...(await drainAll(journal, 7)))
      })(),
    ])
    expect(ids).toEqual(names(0, 500))
  })

  test('a drain takes what was appended in its own tick, and two at once take different events', async () => {
    const journal = openSpool(newFolder(), options)
    const kept = put(journal, names(0, 4))
    const [first, second] = [[] as string[], [] as string[]]
    const into = (list: string[]) => async (events: readonly ClickEvent[]) => {
      list.push(...events.map(({ id }) => id))
    }
    await Promise.all([journal.drain(2, into(first)), journal.drain(2, into(second)), kept])
    expect([first, second]).toEqual([
      ['e0', 'e1'],
      ['e2', 'e3'],
    ])
  })
})

test('what a fold rejects is handed over again, and stays on disk until then', async () => {
  const folder = newFolder()
  const journal = openSpool(folder)
  await put(journal, names(0, 5))
  const given: string[][] = []
  const refuse = async (events: readonly ClickEvent[]) => {
    given.push(events.map(({ id }) => id))
    if (given.length > 1) throw new Error('storage is away')
  }
  expect(await journal.drain(2, refuse)).toBe(2)
  await expect(journal.drain(2, refuse)).rejects.toThrow('away')
  await expect(journal.drain(3, refuse)).rejects.toThrow('away')
  expect(given).toEqual([
    ['e0', 'e1'],
    ['e2', 'e3'],
    ['e2', 'e3', 'e4'],
  ])
  expect(journal.pending).toBe(3)
  expect(segmentsBelow(folder)).toHaveLength(1)
  expect(await drainAll(journal)).toEqual(['e2', 'e3', 'e4'])
  expect(segmentsBelow(folder)).toEqual([])
})

describe('what is left', () => {
  test('at the end waits for the next start, and an empty part is removed', async () => {
    const folder = newFolder()
    const journal = openSpool(folder)
    const kept = put(journal, names(0, 3))
    await journal.close()
    await kept
    expect(() => journal.append(eventOf('late'))).toThrow('closed')
    expect(await drainAll(journal)).toEqual([])
    const next = openSpool(folder)
    expect(await drainAll(next)).toEqual(names(0, 3))
    await next.close()
    await next.close()
    expect(readdirSync(folder)).toEqual([])
  })

  test('in part of a segment is handed over with the whole of it', async () => {
    const folder = newFolder()
    const journal = openSpool(folder)
    await put(journal, names(0, 3))
    await journal.drain(2, async () => {})
    await journal.close()
    expect(await drainAll(openSpool(folder))).toEqual(names(0, 3))
  })
})

test('nobody else may read the files', async () => {
  const folder = join(newFolder(), 'deep', 'spool')
  const journal = openSpool(folder)
  await put(journal, ['a'])
  const modes = (path: string) => (statSync(path).mode & 0o777).toString(8)
  expect(modes(folder)).toBe('700')
  expect(filesBelow(folder).map(modes)).toEqual(['600', '600'])
  expect(
    readdirSync(folder)
      .filter((name) => name.endsWith('.0'))
      .map((name) => modes(join(folder, name))),
  ).toEqual(['700'])
})

test.each([
  ['below a file', () => join(newFile(), 'spool'), 'not a folder'],
  ['that is a file', newFile, 'not a folder'],
  ['where nobody can write', () => '/proc/spool/clicks', /no such folder|permission|read-only/],
])('a folder %s is told in one line', (_, path, reason) => {
  const attempt = () => spool(path())
  expect(attempt).toThrow(/^Cannot keep clicks in \/\S+: .+$/)
  expect(attempt).toThrow(reason)
})

function newFile(): string {
  const path = join(newFolder(), 'file')
  writeFileSync(path, '')
  return path
}
