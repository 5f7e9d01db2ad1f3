// A journal's own part of a spool's folder, and the taking over of the parts of those that have died.
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isGone, thisProcess } from './owner.ts'
import { codeOf } from './reason.ts'
import { type Segment, segmentsIn } from './segment.ts'

export interface Claim {
  /** Where to write. */
  readonly folder: string
  /** Shows that the owner lives. @returns false if the claim was lost to somebody who took it for dead */
  renew(): boolean
  /** Takes over what dead owners have left behind, and tells of each segment. Of all who try, one gets it. */
  adopt(found: (segment: Segment) => void): void
  /** Removes a folder that has nothing in it any more. */
  tidy(folder: string): void
  /** Gives it up, with all that is in it. */
  release(): void
}

/** `123-a1b2c3d4.owner` says who 123-a1b2c3d4 is; its folders are `123-a1b2c3d4.0`, and after it those taken over. */
const OWNER = '.owner'
const PART = /^(\d+-[\da-f]{8})(?:\.(?<folder>\d+)|\.owner)$/

/** @param root made if need be */
export function claim(root: string): Claim {
  makeFolder(root)
  const name = `${process.pid}-${randomBytes(4).toString('hex')}`
  const ownerFile = join(root, name + OWNER)
  const folder = join(root, `${name}.0`)
  let taken = 0
  // First the owner: a folder without one is anybody's.
  try {
    writeFileSync(ownerFile, JSON.stringify(thisProcess()), { flag: 'wx', mode: 0o600 })
    mkdirSync(folder, 0o700)
  } catch (error) {
    rmSync(ownerFile, { force: true })
    throw error
  }

  return {
    folder,

    renew() {
      const now = new Date()
      try {
        utimesSync(ownerFile, now, now)
        return existsSync(folder)
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return false
        throw error
      }
    },

    adopt(found) {
      const gone = new Map<string, boolean>([[name, false]])
      for (const entry of readdirSync(root).sort()) {
        const [, owner, number] = PART.exec(entry) ?? []
        if (owner === undefined) continue
        if (!gone.has(owner)) gone.set(owner, isGone(join(root, owner + OWNER)))
        if (gone.get(owner) && number !== undefined) take(entry, found)
      }
      for (const [owner, isGone] of gone) if (isGone) rmSync(join(root, owner + OWNER), { force: true })
    },

    tidy: removeIfEmpty,

    release() {
      removeIfEmpty(folder)
      rmSync(ownerFile, { force: true })
    },
  }

  /** A rename has one winner. */
  function take(entry: string, found: (segment: Segment) => void): void {
    const folder = join(root, `${name}.${++taken}`)
    try {
      renameSync(join(root, entry), folder)
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return
      throw error
    }
    for (const segment of segmentsIn(folder)) found(segment)
    removeIfEmpty(folder)
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder)
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(codeOf(error))) throw error
  }
}

/** Step by step: Node's own recursive mkdir never ends below folders that nobody can write to, such as /proc. */
function makeFolder(path: string): void {
  if (existsSync(path)) return
  makeFolder(dirname(path))
  try {
    mkdirSync(path, 0o700)
  } catch (error) {
    // Another process may have been first.
    if (codeOf(error) !== 'EEXIST') throw error
  }
}
