// One subject of the suite: its tests share a storage, which they fill with owners of their own.
import type { Storage } from '@linkwright/core'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { createWorld, type World } from './world.ts'

/** A storage to be tested. */
export interface Candidate {
  readonly name: string
  /** Opens a new, empty storage. The suite migrates and closes it. */
  readonly open: () => Promise<Storage>
  /** Opens the data of a storage that `open` gave a second time, as another process would. */
  readonly openSecond?: ((first: Storage) => Promise<Storage>) | undefined
  /** Tests, by name, that the storage cannot pass, and why. */
  readonly skip?: readonly { readonly reason: string; readonly tests: readonly string[] }[] | undefined
}

type Test = (name: string, run: (world: World) => Promise<void>) => void

/** The tests of a subject. What they may do is in the world they get. */
export type Subject = (test: Test, candidate: Candidate) => void

const TIMEOUT_MS = 30_000

type Case = Parameters<Test>

/** Registers the subjects with vitest. @throws Error if a skipped test does not exist (any more) */
export function registerSubjects(candidate: Candidate, subjects: Readonly<Record<string, Subject>>): void {
  const reasons = new Map((candidate.skip ?? []).flatMap(({ reason, tests }) => tests.map((test) => [test, reason])))
  const cases = new Map(Object.entries(subjects).map(([name, subject]) => [name, casesOf(subject, candidate)]))
  const names = new Set([...cases.values()].flat().map(([name]) => name))
  const unknown = [...reasons.keys()].filter((name) => !names.has(name))
  if (unknown.length > 0) throw new Error(`There are no such tests to skip: ${unknown.join(', ')}`)
  describe(candidate.name, () => {
    for (const [name, tests] of cases) describe(name, () => register(candidate, tests, reasons))
  })
}

function casesOf(subject: Subject, candidate: Candidate): Case[] {
  const cases: Case[] = []
  subject((...test) => cases.push(test), candidate)
  return cases
}

function register(candidate: Candidate, cases: readonly Case[], reasons: ReadonlyMap<string, string>): void {
  let world: World | undefined
  beforeAll(async () => {
    const storage = await candidate.open()
    await storage.migrate()
    world = createWorld(storage)
  }, TIMEOUT_MS)
  afterAll(async () => {
    await world?.storage.close()
  }, TIMEOUT_MS)
  for (const [name, run] of cases) {
    // A storage that cannot do something says why, in the test's own title; none of this repository's needs to.
    const reason = reasons.get(name)
    if (reason === undefined) it(name, () => run(world!), TIMEOUT_MS)
    else it.skip(`${name} (${reason})`)
  }
}
