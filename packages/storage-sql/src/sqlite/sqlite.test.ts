// The storage suite on SQLite, and what only a file in several processes can show.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ownersModel, storageSuite } from '@linkwright/conformance'
import type { Storage } from '@linkwright/core'
import { memory } from '@linkwright/storage-memory'
import { afterAll } from 'vitest'
import { sqlite } from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'linkwright-'))
afterAll(() => rmSync(folder, { recursive: true }))

const paths = new Map<Storage, string>()

function openNew(): Storage {
  const path = join(folder, `${paths.size}.db`)
  const storage = sqlite(path)
  paths.set(storage, path)
  return storage
}

storageSuite({
  name: 'sqlite',
  open: async () => openNew(),
  openSecond: async (first) => sqlite(paths.get(first)!),
})

storageSuite({ name: 'sqlite in memory', open: async () => sqlite(':memory:') })

ownersModel({ name: 'sqlite', open: async () => openNew(), reference: memory })
