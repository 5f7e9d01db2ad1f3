// A server process whose clock stands where a test puts it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Environment } from '../fixture/command.ts'

export interface SteeredClock {
  /** What a process takes to live by this clock. */
  readonly env: Environment
  /** @param seconds since 1970 */
  set(seconds: number): void
  remove(): void
}

/** Loaded before anything else: `Date.now` is the only clock that the server asks. */
const PRELOAD = `import{readFileSync}from'node:fs';const{STEERED_CLOCK}=process.env;Date.now=()=>Number(readFileSync(STEERED_CLOCK,'utf8'))`

export function steerClock(seconds: number): SteeredClock {
  const folder = mkdtempSync(join(tmpdir(), 'linkwright-clock-'))
  const file = join(folder, 'now')
  const set = (seconds: number) => writeFileSync(file, String(seconds * 1000))
  set(seconds)
  return {
    env: { STEERED_CLOCK: file, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(PRELOAD)}` },
    set,
    remove: () => rmSync(folder, { recursive: true }),
  }
}
