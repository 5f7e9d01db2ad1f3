// One suite for one part: each test opens it anew, and may open it a second time as another process would.
import { describe, it, onTestFinished } from 'vitest'

/** A part to be tested. */
export interface PartCandidate<P> {
  readonly name: string
  /** Opens a new, empty one. */
  readonly open: () => Promise<Opened<P>>
  /** Tests, by name, that the part cannot pass, and why. */
  readonly skip?: readonly { readonly reason: string; readonly tests: readonly string[] }[] | undefined
}

export interface Opened<P> {
  readonly part: P
  /** The same once more, as another process has it. */
  readonly openSecond?: (() => Promise<P>) | undefined
  readonly close: () => Promise<void>
}

export type PartTests<P> = Readonly<Record<string, (part: P, openSecond: () => Promise<P>) => Promise<void>>>

/** Registers the tests with vitest. @throws Error if a skipped test does not exist (any more) */
export function registerPart<P>(subject: string, { name, open, skip }: PartCandidate<P>, tests: PartTests<P>): void {
  const reasons = new Map((skip ?? []).flatMap(({ reason, tests }) => tests.map((test) => [test, reason])))
  const unknown = [...reasons.keys()].filter((test) => !(test in tests))
  if (unknown.length > 0) throw new Error(`There are no such tests to skip: ${unknown.join(', ')}`)
  describe(`${subject}: ${name}`, () => {
    for (const [title, run] of Object.entries(tests)) {
      const reason = reasons.get(title)
      if (reason !== undefined) it.skip(`${title} (${reason})`)
      else
        it(title, async () => {
          const { part, openSecond, close } = await open()
          onTestFinished(close)
          await run(part, async () => {
            if (openSecond === undefined)
              throw new Error('this one cannot be opened twice: skip the test, with a reason')
            return await openSecond()
          })
        })
    }
  })
}
