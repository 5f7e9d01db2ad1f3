// The unprivileged user that services run as when we are root: Postgres refuses to run as root.
import { statSync } from 'node:fs'
import { dirname } from 'node:path'

export interface User {
  readonly uid: number
  readonly gid: number
}

/** `nobody`, where there is a choice. */
export const NOBODY: User | undefined = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : undefined

/** Whether a user can go to this path: each folder above it has to let everybody pass. No user means ourselves. */
export function isOpenTo(user: User | undefined, path: string): boolean {
  if (user === undefined) return true
  const open = (statSync(path).mode & 0o001) !== 0
  const parent = dirname(path)
  return open && (parent === path || isOpenTo(user, parent))
}
