// The owners' model: two owners act at random on a storage and on the reference at once, and get the same answers.
import { randomBytes } from 'node:crypto'
import { createIds, type MaybePromise, type Owner, type Storage } from '@linkwright/core'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ACTIONS, type ActionName, type Names } from './actions.ts'
import { foreignRows, withoutNumbers } from './answers.ts'
import { createSide, type Side } from './side.ts'

export interface OwnersModel {
  readonly name: string
  /** Opens a new, empty storage. The model migrates and closes it. */
  readonly open: () => MaybePromise<Storage>
  /** Opens the storage that is known to be right. */
  readonly reference: () => MaybePromise<Storage>
}

interface Step {
  readonly who: 0 | 1
  readonly action: ActionName
  /** What the action picks of its choices. */
  readonly picks: readonly [number, number, number]
}

const RUNS = 100
const STEPS = 40
const TIMEOUT_MS = 120_000

/** Registers the model test with vitest; call it at the top of a test file. */
export function ownersModel({ name, open, reference }: OwnersModel): void {
  describe(`${name} and the owners' model`, () => {
    const storages: Storage[] = []
    beforeAll(async () => {
      storages.push(await open(), await reference())
      for (const storage of storages) await storage.migrate()
    }, TIMEOUT_MS)
    afterAll(async () => {
      for (const storage of storages) await storage.close()
    }, TIMEOUT_MS)

    const steps = fc.array(step(), { maxLength: STEPS, size: 'max' })
    for (const [title, isShared] of [
      ['two strangers', false],
      ['two projects of one plan subject', true],
    ] as const) {
      it(
        `${title} never see a row of the other`,
        () =>
          fc.assert(
            fc.asyncProperty(steps, (steps) => play(storages, steps, isShared)),
            { numRuns: RUNS, interruptAfterTimeLimit: TIMEOUT_MS / 2 },
          ),
        TIMEOUT_MS,
      )
    }
  })
}

function step(): fc.Arbitrary<Step> {
  const pick = fc.nat(5)
  const names = Object.keys(ACTIONS) as ActionName[]
  // Things have to be made, by both, before the owners can meet over them.
  const more: ActionName[] = ['links.insert', 'rules.append', 'domains.insert', 'domains.verify']
  return fc.record({
    who: fc.constantFrom(0, 1),
    action: fc.constantFrom(...names, ...more, ...more, ...more),
    picks: fc.tuple(pick, pick, pick),
  })
}

/** Plays the steps on every storage with owners of their own, so that runs do not meet. */
async function play(storages: readonly Storage[], steps: readonly Step[], isShared: boolean): Promise<void> {
  const id = createIds(Date.now, (bytes) => randomBytes(bytes))
  const subject = id()
  const owners: Owner[] = [
    { id: id(), subject },
    { id: id(), subject: isShared ? subject : id() },
  ]
  const sides = storages.map((storage) => createSide(storage))
  const names: Names = { prefix: id(), links: [], rules: [], domains: [] }
  for (const [index, { who, action, picks }] of steps.entries()) {
    const owner = owners[who]!
    const newId = id()
    const answers: unknown[] = []
    for (const side of sides) answers.push(await ask(side, owner, { action, picks, newId, now: index, names }))
    remember(names, action, newId)
    expect(answers[0], action).toEqual(answers[1])
  }
  for (const owner of owners) await compareEverything(sides, owner, names)
}

interface Question {
  readonly action: ActionName
  readonly picks: Step['picks']
  readonly newId: string
  readonly now: number
  readonly names: Names
}

async function ask(side: Side, owner: Owner, { action, ...question }: Question): Promise<unknown> {
  const answer = await ACTIONS[action]({ side, own: side.storage.of(owner), owner, ...question })
  side.note(answer)
  expect(foreignRows(answer, owner), action).toEqual([])
  return withoutNumbers(answer)
}

function remember(names: Names, action: ActionName, id: string): void {
  if (action === 'links.insert') names.links.push(id)
  if (action === 'rules.append') names.rules.push(id)
  if (action === 'domains.insert') names.domains.push(id)
}

/** At the end both storages hold the same rows, down to the last. */
async function compareEverything(sides: readonly Side[], owner: Owner, names: Names): Promise<void> {
  const all = await Promise.all(
    sides.map(async ({ storage }) => {
      const own = storage.of(owner)
      const page = { limit: 100 }
      const rows = {
        links: await own.links.list({ includeArchived: true }, page),
        rules: await Promise.all(names.links.map((id) => own.rules.list(id))),
        domains: await own.domains.list(page),
        used: await own.usage.read('links', '2026-11'),
      }
      expect(foreignRows(rows, owner)).toEqual([])
      return withoutNumbers(rows)
    }),
  )
  expect(all[0]).toEqual(all[1])
}
