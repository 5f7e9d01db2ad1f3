// Segments as a crash or a bad disk leaves them: what is whole is handed over, what is not is passed over.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ClickEvent, Journal } from '@linkwright/core'
import { afterEach, expect, test } from 'vitest'
import { spool } from './index.ts'
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

const lines = names(0, 3).map((id) => toLine(eventOf(id, 'ü')))
const later = toLine(eventOf('later'))

test('a torn last line costs itself and nothing else, wherever it is torn', async () => {
  const whole = Buffer.from(lines.join(''))
  const start = Buffer.byteLength(lines.slice(0, 2).join(''))
  const folder = newFolder()
  for (let length = start; length <= whole.length; length++) {
    leave(folder, [whole.subarray(0, length), later])
    const journal = spool(folder)
    const complete = length >= whole.length - 1
    expect(await drainAll(journal)).toEqual(['e0', 'e1', ...(complete ? ['e2'] : []), 'later'])
    await journal.close()
    expect(readdirSync(folder)).toEqual([])
  }
})

test('a damaged line in the middle costs itself, and is told', async () => {
  const whole = Buffer.from(lines.join(''))
  const start = Buffer.byteLength(lines[0]!)
  const folder = newFolder()
  for (let at = start; at < start + Buffer.byteLength(lines[1]!) - 1; at++) {
    const damaged = Buffer.from(whole)
    damaged[at] = damaged[at]! ^ 0x20
    leave(folder, [damaged])
    const log = recordingLogger()
    const journal = spool(folder, log)
    expect(await drainAll(journal, 2)).toEqual(['e0', 'e2'])
    expect(log.lines).toEqual([['warn', expect.stringContaining('passed over'), { lines: 1 }]])
    await journal.close()
  }
})

test('nothing but garbage is no event, and does not stay', async () => {
  const folder = newFolder()
  leave(folder, ['', '\n\n\n', Buffer.alloc(5000), 'x'.repeat(1000), later])
  const journal = openSpool(folder)
  expect(await drainAll(journal)).toEqual(['later'])
  expect(readdirSync(folder).filter((name) => name.endsWith('.1'))).toEqual([])
  expect(journal.pending).toBe(0)
})

test('a segment that cannot be read stays, is told once, and holds up no other', async () => {
  const folder = newFolder()
  leave(folder, [later])
  mkdirSync(join(folder, '1-0a0b0c0d.0', '00000000a.clicks'))
  const log = recordingLogger()
  const journal = openSpool(folder, log)
  expect(await drainAll(journal)).toEqual(['later'])
  expect(await drainAll(journal)).toEqual([])
  expect(log.lines).toEqual([['error', expect.stringContaining('cannot be read'), expect.anything()]])
})

test('is counted before it is read, about', async () => {
  const folder = newFolder()
  leave(folder, [
    names(0, 100)
      .map((id) => toLine(eventOf(id, 'x'.repeat(200))))
      .join(''),
  ])
  const journal = openSpool(folder)
  await journal.drain(1, async () => {})
  expect(journal.pending).toBe(99)
})
