// The storage suite on Postgres.
import { ownersModel, storageSuite } from '@linkwright/conformance'
import type { Storage } from '@linkwright/core'
import { memory } from '@linkwright/storage-memory'
import { afterAll, beforeAll } from 'vitest'
import { PATIENT } from '../test-places.ts'
import { postgres } from './index.ts'
import { dropDatabase, newDatabase, newName } from './test-database.ts'

let url: string
beforeAll(async () => {
  url = await newDatabase()
})
afterAll(() => dropDatabase(url))

const schemas = new Map<Storage, string>()

function openNew(): Storage {
  const schema = newName()
  const storage = postgres(url, { ...PATIENT, schema })
  schemas.set(storage, schema)
  return storage
}

storageSuite({
  name: 'postgres',
  open: async () => openNew(),
  openSecond: async (first) => postgres(url, { ...PATIENT, schema: schemas.get(first)! }),
})

ownersModel({ name: 'postgres', open: openNew, reference: memory })
