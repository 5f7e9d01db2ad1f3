// Spools of processes that are killed, stopped, or reach for the same thing: every click that was kept is folded once.
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { ClickEvent, Journal } from '@linkwright/core'
import { afterEach, expect, test } from 'vitest'
import { spool } from '../src/spool/index.ts'
import { toLine } from '../src/spool/line.ts'
import { eventOf, type tasks } from './fixture/spooler.ts'

const PROGRAM = fileURLToPath(new URL('./fixture/spooler.ts', import.meta.url))
const KILLS = 20

const endings: (() => unknown)[] = []
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end()
})

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'spools-'))
  endings.push(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function openSpool(folder: string): Journal {
  const journal = spool(folder)
  endings.push(() => journal.close())
  return journal
}

type Child = ChildProcessByStdio<Writable, Readable, null>

/** What a process has said so far is in `said`. */
function start(task: keyof typeof tasks, ...args: readonly string[]) {
  const child: Child = spawn(process.execPath, ['--conditions=@linkwright/source', PROGRAM, task, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const said: string[] = []
  createInterface({ input: child.stdout }).on('line', (line) => said.push(line))
  const closed = once(child, 'close')
  const kill = async () => {
    child.kill('SIGKILL')
    await closed
  }
  endings.push(kill)
  return { child, said, closed, kill }
}

/** Folds what there is once. */
async function drainInto(events: ClickEvent[], journal: Journal): Promise<void> {
  while ((await journal.drain(40, async (batch) => void events.push(...batch))) > 0) {}
}

const LONG = { timeout: 30_000 }

test('killed under load, at any moment: what was kept is folded once, and nothing else', {
  timeout: 180_000,
}, async () => {
  const folder = newFolder()
  const survivor = openSpool(folder)
  const folded: ClickEvent[] = []
  const kept: string[] = []
  for (let kill = 0; kill < KILLS; kill++) {
    const writer = start('write', folder, `w${kill}`)
    const enough = 1 + Math.floor(Math.random() * 3000)
    await expect.poll(() => writer.said.length, { ...LONG, interval: 1 }).toBeGreaterThan(enough)
    // Some are killed while another folds.
    const folding = kill % 2 === 0 ? drainInto(folded, survivor) : undefined
    await writer.kill()
    await folding
    kept.push(...writer.said)
  }
  const missing = async () => {
    await drainInto(folded, survivor)
    const ids = new Set(folded.map(({ id }) => id))
    return kept.filter((id) => !ids.has(id))
  }
  await expect.poll(missing, LONG).toEqual([])
  expect(kept.length).toBeGreaterThan(KILLS)
  expect(new Set(folded.map(({ id }) => id)).size).toBe(folded.length)
  for (const event of folded) expect(event).toEqual(eventOf(event.id))
  await survivor.close()
  expect(readdirSync(folder)).toEqual([])
})

test('of three processes that reach for the same parts each gets its own', { timeout: 60_000 }, async () => {
  const folder = newFolder()
  const ids: string[] = []
  for (let part = 0; part < 300; part++) {
    const name = `1-${String(part).padStart(8, '0')}`
    mkdirSync(join(folder, `${name}.0`))
    for (let segment = 0; segment < 2; segment++) {
      const its = Array.from({ length: 3 }, (_, i) => `p${part}s${segment}-${i}`)
      ids.push(...its)
      writeFileSync(join(folder, `${name}.0`, `${segment}.clicks`), its.map((id) => toLine(eventOf(id))).join(''))
    }
  }
  const drains = [1, 2, 3].map(() => start('drain', folder))
  for (const { said } of drains) await expect.poll(() => said, LONG).toContain('ready')
  for (const { child } of drains) child.stdin.write('go\n')
  const all = () => drains.flatMap(({ said }) => said.filter((word) => word !== 'ready'))
  await expect.poll(() => all().length, LONG).toBeGreaterThanOrEqual(ids.length)
  for (const { child, closed } of drains) {
    child.stdin.end()
    expect(await closed).toEqual([0, null])
  }
  expect(all().sort()).toEqual(ids.sort())
  expect(readdirSync(folder)).toEqual([])
})

test('who takes over and dies in turn is taken over with it', { timeout: 60_000 }, async () => {
  const folder = newFolder()
  const writer = start('write', folder, 'w')
  await expect.poll(() => writer.said.length, LONG).toBeGreaterThan(2000)
  await writer.kill()
  const heir = start('drain', folder)
  await expect.poll(() => heir.said, LONG).toContain('ready')
  heir.child.stdin.write('go\n')
  await expect.poll(() => heir.said.length, { ...LONG, interval: 1 }).toBeGreaterThan(1)
  await heir.kill()
  const folded: ClickEvent[] = []
  await drainInto(folded, openSpool(folder))
  const ids = new Set([...heir.said, ...folded.map(({ id }) => id)])
  expect(writer.said.filter((id) => !ids.has(id))).toEqual([])
})

test('a process that is only stopped loses nothing to others', { timeout: 60_000 }, async () => {
  const folder = newFolder()
  const writer = start('write', folder, 'w')
  await expect.poll(() => writer.said.length, LONG).toBeGreaterThan(100)
  writer.child.kill('SIGSTOP')
  const folded: ClickEvent[] = []
  for (let turn = 0; turn < 3; turn++) {
    const other = spool(folder)
    await drainInto(folded, other)
    await other.close()
  }
  expect(folded).toEqual([])
  const before = writer.said.length
  writer.child.kill('SIGCONT')
  await expect.poll(() => writer.said.length, LONG).toBeGreaterThan(before + 1000)
  await writer.kill()
  await drainInto(folded, openSpool(folder))
  const ids = new Set(folded.map(({ id }) => id))
  expect(writer.said.filter((id) => !ids.has(id))).toEqual([])
  expect(ids.size).toBe(folded.length)
})

test.skipIf(process.platform !== 'linux')(
  'a dead process that nobody has waited for is dead',
  { timeout: 60_000 },
  async () => {
    const folder = newFolder()
    // The shell starts the writer, and becomes a program that waits for nobody.
    const node = [process.execPath, '--conditions=@linkwright/source', PROGRAM, 'write', folder, 'w']
    const shell = spawn('sh', ['-c', '"$@" >&3 & echo $!; exec sleep 600', 'sh', ...node], {
      stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
    })
    endings.push(() => shell.kill('SIGKILL'))
    const said: string[] = []
    createInterface({ input: shell.stdio[3] as Readable }).on('line', (line) => said.push(line))
    const [pid] = (await once(createInterface({ input: shell.stdout! }), 'line')) as [string]
    await expect.poll(() => said.length, LONG).toBeGreaterThan(10)
    // The shell's child: nobody else knows this number, and nobody has waited for it.
    process.kill(Number(pid), 'SIGKILL')
    const folded: ClickEvent[] = []
    const journal = openSpool(folder)
    const missing = async () => {
      await drainInto(folded, journal)
      const ids = new Set(folded.map(({ id }) => id))
      return said.filter((id) => !ids.has(id))
    }
    await expect.poll(missing, LONG).toEqual([])
  },
)
